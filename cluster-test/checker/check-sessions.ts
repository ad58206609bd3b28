import { type Act, isAcknowledged, isFailed } from '../load/act.ts'
import { groupBy, type KnownSession, listKnownSessions } from './endings.ts'
import type { Evidence, Violation } from './evidence.ts'

/** What was acknowledged of sessions and their refresh tokens is there, and nothing of it forked or ended by itself. */
export function checkSessions({ acts, endState }: Evidence, known: readonly KnownSession[]): Violation[] {
  const refreshes = groupRefreshes(acts)
  return known.flatMap((one) => {
    const own = refreshes.get(one.session) ?? []
    return [
      ...findLost(one, own, endState),
      ...findForks(one, own),
      ...findLogOuts(one, own),
      ...findRevived(one, own),
      ...findUnended(one, endState),
    ]
  })
}

function groupRefreshes(acts: readonly Act[]): ReadonlyMap<string | undefined, readonly Act[]> {
  return groupBy(
    acts.filter(({ act }) => act === 'refresh'),
    ({ session }) => session,
  )
}

function findLost(
  { session, opened, endings }: KnownSession,
  refreshes: readonly Act[],
  { sessions, auditedSessions }: Evidence['endState'],
): Violation[] {
  const rule = 'acknowledged, and lost'
  const stored = sessions.get(session)
  if (stored === undefined)
    return [
      { rule, at: opened.endedAt, sentence: `The session ${session} was given by a ${opened.act}, and is not there.` },
    ]
  const violations: Violation[] = []
  if (!auditedSessions.has(session))
    violations.push({ rule, at: opened.endedAt, sentence: `The audit log has no opening of the session ${session}.` })
  const isExcused = refreshes.some((act) => isRefused(act) && isOverdue(act, refreshes))
  if (stored.isEnded && endings.length === 0 && !isExcused)
    violations.push({
      rule: 'logged out by a fault',
      at: undefined,
      sentence: `The session ${session} is over, and nobody ended it.`,
    })
  for (const { successor, endedAt } of refreshes.filter(isAcknowledged))
    if (successor !== undefined && successor.generation > stored.generation)
      violations.push({
        rule,
        at: endedAt,
        sentence: `Generation ${successor.generation} of the session ${session} was given, and ${stored.generation} is stored.`,
      })
  return violations
}

/** The same token gives the same successor to everybody, and no generation has two tokens. */
function findForks({ session }: KnownSession, refreshes: readonly Act[]): Violation[] {
  const given = refreshes.filter(({ successor }) => successor !== undefined)
  const byGeneration = groupBy(given, ({ successor }) => String(successor?.generation))
  const rule = 'a refresh family forked'
  const forked = [...byGeneration.values()]
    .filter((same) => new Set(same.map(({ successor }) => successor?.digest)).size > 1)
    .map(
      (same): Violation => ({
        rule,
        at: same.at(-1)?.endedAt,
        sentence: `Generation ${same[0]?.successor?.generation} of the session ${session} was given as two different tokens.`,
      }),
    )
  const leaps = given
    .filter(({ generation, successor }) => successor?.generation !== (generation ?? 0) + 1)
    .map(
      (act): Violation => ({
        rule,
        at: act.endedAt,
        sentence: `Generation ${act.generation} of the session ${session} was followed by ${act.successor?.generation}.`,
      }),
    )
  return [...forked, ...leaps]
}

/** Who was refused had been logged out by somebody. */
function findLogOuts({ session, endings }: KnownSession, refreshes: readonly Act[]): Violation[] {
  return listUnasked(endings, refreshes)
    .filter((refused) => !isOverdue(refused, refreshes))
    .map((refused) => ({
      rule: 'logged out by a fault',
      at: refused.endedAt,
      sentence: `Generation ${refused.generation} of the session ${session} was refused (${refused.error}), and nobody had ended it.`,
    }))
}

/** Refusals that no client had asked for. */
function listUnasked(endings: readonly Act[], refreshes: readonly Act[]): readonly Act[] {
  return refreshes.filter(isRefused).filter((refused) => !endings.some(({ begunAt }) => begunAt <= refused.endedAt))
}

function isRefused({ outcome }: Act): boolean {
  return outcome === 400 || outcome === 401 || outcome === 403
}

/** For so long an answer that was lost is given again; who comes later may be a thief. @see docs/guide/sessions.md */
const reuseWindowMilliseconds = 30_000

/** Whether this token, or in the end that of its session, was tried in vain for longer than a lost answer is given again: an outage can do that. */
function isOverdue(refused: Act, refreshes: readonly Act[]): boolean {
  const vain = refreshes.filter(
    (act) => isFailed(act) && (act.generation ?? 0) <= (refused.generation ?? 0) && act.begunAt < refused.begunAt,
  )
  return vain.some(
    (first) =>
      refused.endedAt - first.begunAt > reuseWindowMilliseconds &&
      !refreshes.some((act) => isAcknowledged(act) && act.begunAt >= first.begunAt && act.endedAt <= refused.begunAt),
  )
}

/** How many sessions ended because an outage lasted longer than a lost answer is given again. */
export function countOverdue({ acts }: Pick<Evidence, 'acts'>): number {
  const refreshes = groupRefreshes(acts)
  return listKnownSessions(acts).filter(({ session, endings }) => {
    const own = refreshes.get(session) ?? []
    return listUnasked(endings, own).some((refused) => isOverdue(refused, own))
  }).length
}

/** What was acknowledged as ended gives no token to who asks afterwards. */
function findRevived({ session, endedAt }: KnownSession, refreshes: readonly Act[]): Violation[] {
  if (endedAt === undefined) return []
  return refreshes
    .filter((act) => isAcknowledged(act) && act.begunAt > endedAt)
    .map((act) => ({
      rule: 'revoked, and still good',
      at: act.endedAt,
      sentence: `The session ${session} was ended, and ${Math.round(act.begunAt - endedAt)} ms later it was refreshed.`,
    }))
}

/** Whoever was told that a session is over may never ask for it again: so it is looked for where it is kept. */
function findUnended({ session, endedAt }: KnownSession, { sessions }: Evidence['endState']): Violation[] {
  if (endedAt === undefined || sessions.get(session)?.isEnded !== false) return []
  return [
    {
      rule: 'revoked, and still good',
      at: endedAt,
      sentence: `The session ${session} was ended, and is stored as one that goes on.`,
    },
  ]
}
