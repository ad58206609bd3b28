/** What strangers do to a server. */
export const floodNames = [
  'logins, one network',
  'logins, many networks',
  'logins as one person, many networks',
  'wrong client secrets',
  'client credentials',
  'forged refresh tokens',
  'feed readers that read nothing',
  'slow headers, slow bodies, idle connections',
  'large bodies',
  'pipelined requests',
  'no HTTP',
] as const
export type FloodName = (typeof floodNames)[number]

export interface FloodOrder {
  readonly flood: FloodName
  readonly url: string
  readonly milliseconds: number
  readonly audience: string
  /** Logins a second; the others send as many as they can. */
  readonly loginRate: number
  readonly victim: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface FloodReport {
  readonly sent: number
  readonly seconds: number
  /** Answers by status; 0 is a connection that was closed without one. */
  readonly statuses: Readonly<Record<string, number>>
  /** 429 and 503 without a Retry-After. */
  readonly withoutRetryAfter: number
}
