import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 60_000

/**
 * Posts what a measurement needs beforehand. A server that is busy, as on a slow machine, is asked again when it says so, for a minute.
 *
 * @throws Error with its answer, if that is none of success
 */
export async function postPatiently(
  url: string,
  body: string,
  type = 'application/x-www-form-urlencoded',
): Promise<Readonly<Record<string, string>>> {
  const begunAt = performance.now()
  for (;;) {
    const answered = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
    if (answered.ok) return (await answered.json()) as Record<string, string>
    const text = await answered.text()
    const retryAfterSeconds = Number(answered.headers.get('retry-after') ?? Number.NaN)
    if (answered.status !== 503 || !(retryAfterSeconds >= 0) || performance.now() - begunAt > PATIENCE_MS)
      throw new Error(`ostiary answers ${url} ${answered.status}: ${text}`)
    await sleep(1000 * retryAfterSeconds)
  }
}
