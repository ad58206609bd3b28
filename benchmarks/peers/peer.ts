/** What a load asks for; the first three at the token endpoint, by grant. */
export type LoadKind = 'refresh_token' | 'client_credentials' | 'authorization_code' | 'introspection'

/** What is asked of a process: so many forms. */
export interface PeerMessage {
  readonly kind: LoadKind
  readonly count: number
}

/** Where forms are posted to. One with a refresh token begins a session of its own, and one with a code is good once. */
export interface PeerReply {
  readonly url: string
  readonly forms: readonly string[]
}

/** The API that tokens are for, and the scopes that they have. */
export const peerAudience = 'https://api.example.com'
export const peerScopes: readonly string[] = ['orders:read', 'orders:write']
export const peerRedirectUri = 'https://app.example.com/callback'

/** Answers each message of the benchmark, and ends with it. */
export function answerBenchmark(answer: (message: PeerMessage) => Promise<PeerReply>): void {
  process.on('message', async (message: PeerMessage) => process.send?.(await answer(message)))
  process.on('disconnect', () => process.exit())
}

/** Makes so many of something, not more than 16 of them at once. */
export async function makeMany(count: number, make: () => Promise<string>): Promise<readonly string[]> {
  const made: string[] = []
  while (made.length < count) {
    const batch = Array.from({ length: Math.min(16, count - made.length) }, make)
    made.push(...(await Promise.all(batch)))
  }
  return made
}

/** The form of a grant or a question. */
export function renderForm(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString()
}
