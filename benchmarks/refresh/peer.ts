/** What is asked of a process that refreshes: so many sessions. */
export interface PeerMessage {
  readonly sessions: number
}

/** Where refresh tokens are taken to, and the first one of each session. */
export interface PeerReply {
  readonly url: string
  readonly clientId: string
  readonly refreshTokens: readonly string[]
}

/** The API that tokens are for, and the scopes that they have. */
export const peerAudience = 'https://api.example.com'
export const peerScopes: readonly string[] = ['orders:read', 'orders:write']

/** Answers each message of the benchmark, and ends with it. */
export function answerBenchmark(answer: (message: PeerMessage) => Promise<PeerReply>): void {
  process.on('message', async (message: PeerMessage) => process.send?.(await answer(message)))
  process.on('disconnect', () => process.exit())
}
