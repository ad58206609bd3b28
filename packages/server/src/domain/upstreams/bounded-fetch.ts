import type { CustomFetch } from 'openid-client'

const LIMIT_MS = 5000
const LONGEST_BODY = 256 * 1024

/**
 * Fetches from an upstream: answered whole within 5 seconds, redirects not followed, at most 256 KiB.
 *
 * @throws TypeError or DOMException, as fetch does, and RangeError for a body that is too long.
 */
export const boundedFetch: CustomFetch = async (url, options) => {
  const { body, ...rest } = options
  const response = await fetch(url, {
    ...rest,
    ...(body !== undefined && body !== null && { body: body as NonNullable<RequestInit['body']> }),
    redirect: 'manual',
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > LONGEST_BODY) throw new RangeError(`the answer is longer than ${LONGEST_BODY} bytes`)
    chunks.push(chunk)
  }
  const { status, headers } = response
  // Fetch §2.2.3: an answer of these statuses has no body.
  const whole = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks)
  return new Response(whole, { status, headers })
}
