import type { GuardRequest } from '../src/guard.ts'

/** What a caller sends, as far as a guard looks at it. */
export interface Sent {
  readonly authorization?: string | readonly string[]
  readonly cookie?: string | readonly string[]
  readonly url?: string
  readonly method?: string
  readonly body?: unknown
}

/** As an adapter hands it to the guard. */
export function makeRequest({ authorization, cookie, url = '/', method = 'GET', body }: Sent): GuardRequest {
  const headers: Record<string, string | readonly string[] | undefined> = { authorization, cookie }
  return { method, url, body, header: (name) => headers[name] }
}
