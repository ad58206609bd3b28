import { setTimeout as sleep } from 'node:timers/promises'
import type { GuardProcess } from '../guards/guard-process.ts'
import type { Installation } from '../installation.ts'
import { type Act, type ActName, now } from './act.ts'
import type { History } from './history.ts'
import { type Answer, type Message, send } from './send.ts'
import { readAccessToken, readRefreshToken } from './tokens.ts'

/** One session, as its client knows it: everything that its refresh tokens gave. */
export interface Family {
  readonly session: string
  readonly account: string
  readonly clientId: string
  refreshToken: string
  accessToken: string
}

export interface LoadParts {
  readonly installation: Installation
  readonly history: History
  readonly guards: readonly GuardProcess[]
  /** The port of the balancer. */
  readonly port: number
}

/** What all clients of a run have in common: where they go, what they note, and whether it is over. */
export class Load {
  readonly installation: Installation
  readonly history: History
  /** Sessions that clients hold to be live. */
  readonly live = new Map<string, Family>()
  /** Sessions that clients know to be over. */
  readonly ended = new Map<string, Family>()
  readonly #guards: readonly GuardProcess[]
  readonly #port: number
  isOver = false

  constructor({ installation, history, guards, port }: LoadParts) {
    this.installation = installation
    this.history = history
    this.#guards = guards
    this.#port = port
  }

  /** Sends a request, and notes what came of it. */
  async perform(
    act: ActName,
    message: Omit<Message, 'port'>,
    about: Partial<Act> = {},
  ): Promise<{ readonly noted: Act; readonly answer: Answer }> {
    const begunAt = now()
    const answer = await send({ ...message, port: this.#port })
    const { body, outcome } = answer
    const noted: Act = {
      ...{ act, begunAt, endedAt: now(), outcome },
      ...(typeof body.error === 'string' && { error: body.error }),
      ...(typeof body.code === 'string' && { error: body.code }),
      ...(typeof body.seq === 'number' && { sequence: body.seq }),
      ...readTokens(body),
      ...about,
    }
    this.history.append(noted)
    if (typeof body.access_token === 'string') this.#show(noted.session ?? '', body.access_token)
    return { noted, answer }
  }

  /** The family of an answer with tokens; undefined when it has none. */
  openFamily({ body }: Answer, clientId: string): Family | undefined {
    const { refresh_token: refreshToken, access_token: accessToken } = body
    if (typeof refreshToken !== 'string' || typeof accessToken !== 'string') return undefined
    const { session } = readRefreshToken(refreshToken)
    const family = { session, account: readAccessToken(accessToken).account, clientId, refreshToken, accessToken }
    this.live.set(session, family)
    return family
  }

  endFamily(family: Family): void {
    this.live.delete(family.session)
    this.ended.set(family.session, family)
  }

  /** Has all guards asked about a token from now until it has expired. */
  watch(id: string, token: string): void {
    const until = readAccessToken(token).expiresAt * 1000
    for (const guards of this.#guards) guards.watch({ id, token, until })
  }

  /** About so long: what many do together should not fall together. */
  async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds * (0.5 + Math.random()))
  }

  #show(session: string, token: string): void {
    for (const guards of this.#guards) guards.show({ session, token })
  }
}

function readTokens({ refresh_token: refreshToken, access_token: accessToken }: Answer['body']): Partial<Act> {
  const account = typeof accessToken === 'string' ? readAccessToken(accessToken).account : undefined
  if (typeof refreshToken !== 'string') return { account }
  const { session, ...successor } = readRefreshToken(refreshToken)
  return { account, session, successor }
}
