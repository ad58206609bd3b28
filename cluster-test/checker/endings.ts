import { type Act, isAcknowledged, type Moment } from '../load/act.ts'

/** When a session was opened, and what clients did that ends it. */
export interface KnownSession {
  readonly session: string
  readonly account: string
  /** Of the act that opened it. */
  readonly opened: Act
  /** Acts that may have ended it, acknowledged or not. */
  readonly endings: readonly Act[]
  /** When the first act that must have ended it was acknowledged; undefined: none was. */
  readonly endedAt: Moment | undefined
}

/** Every session that a client was given. */
export function listKnownSessions(acts: readonly Act[]): readonly KnownSession[] {
  const bySession = groupBy(acts.filter(endsSession), ({ session }) => session)
  const byAccount = groupBy(
    acts.filter(({ act }) => act === 'revoke-account'),
    ({ account }) => account,
  )
  const byCode = groupBy(
    acts.filter(({ act }) => act === 'exchange'),
    ({ code }) => code,
  )
  return acts.filter(opensSession).map((opened) => {
    const { session = '', account = '', code } = opened
    const endings = [
      ...(bySession.get(session) ?? []),
      ...(byAccount.get(account) ?? []).filter(({ endedAt }) => endedAt >= opened.begunAt),
      ...(byCode.get(code) ?? []).filter((act) => code !== undefined && act !== opened),
    ]
    const certain = endings.filter((act) => isCertain(act, opened)).map(({ endedAt }) => endedAt)
    return { session, account, opened, endings, endedAt: certain.length === 0 ? undefined : Math.min(...certain) }
  })
}

function opensSession(act: Act): boolean {
  return (act.act === 'login' || act.act === 'exchange') && isAcknowledged(act) && act.session !== undefined
}

function endsSession({ act }: Act): boolean {
  return act === 'log-out' || act === 'revoke-session'
}

/** Whether the session is over once this was answered: it had been opened before this began. */
function isCertain(ending: Act, opened: Act): boolean {
  if (ending.begunAt < opened.endedAt) return false
  // A code that comes again is refused, and what it gave is taken back by that (RFC 6749 §4.1.2).
  return ending.act === 'exchange' ? ending.outcome === 400 : isAcknowledged(ending)
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string | undefined, T[]> {
  const groups = new Map<string | undefined, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
