/** A page or a redirect, as a browser sees it. */
export interface Visit {
  readonly status: number
  readonly url: string
  readonly text: string
  readonly headers: Headers
  /** Where it leads; absent for a page. */
  readonly location: string | undefined
}

/** A browser without scripts: keeps cookies, follows redirects on its own origin, and stops at those that lead elsewhere. */
export class Visitor {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#follow(url, { headers })
  }

  /** Posts a form as a page of this origin does. */
  post(
    path: string,
    fields: Readonly<Record<string, string>> | URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<Visit> {
    return this.#follow(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: this.#origin, 'sec-fetch-site': 'same-origin', ...headers },
    })
  }

  /** Fills the first form of a page in and sends it. */
  submit(page: Visit, fields: Readonly<Record<string, string>>): Promise<Visit> {
    const [, action, content = ''] = /<form method="post" action="([^"]+)">(.*?)<\/form>/s.exec(page.text) ?? []
    if (action === undefined) throw new Error(`no form on ${page.url}: ${page.status} ${page.text.slice(-600)}`)
    const hidden = [...content.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    const given = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, decodeEntities(value)]))
    return this.post(decodeEntities(action), { ...given, ...fields })
  }

  async #follow(url: string, init: RequestInit): Promise<Visit> {
    const target = new URL(url, this.#origin)
    const headers = { accept: 'text/html', cookie: [...this.#cookies.values()].join('; '), ...init.headers }
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      this.#cookies.set(pair.split('=')[0] ?? '', pair)
    }
    const location = response.headers.get('location') ?? undefined
    const next = location === undefined ? undefined : new URL(location, target)
    if (next?.origin === this.#origin) return this.#follow(next.href, {})
    const { status } = response
    return { status, url: target.href, text: await response.text(), headers: response.headers, location: next?.href }
  }
}

function decodeEntities(text: string): string {
  return text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
