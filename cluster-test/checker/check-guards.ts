import type { Unaccepted, Watched } from '../guards/guard-report.ts'
import { type Act, isAcknowledged, type Moment } from '../load/act.ts'
import { groupBy, type KnownSession } from './endings.ts'
import type { Evidence, Span, Violation } from './evidence.ts'

/** docs/guide/revocation.md, "Three guarantees". */
const healthyMilliseconds = 1000
const cutOffMilliseconds = 60_000
/** What ages and moments are rounded by. */
const roundingMilliseconds = 50

const revokedCodes: ReadonlySet<string | undefined> = new Set(['token_revoked', 'refresh_required'])
const alarms: ReadonlySet<string> = new Set(['feed_alarm', 'audit_alarm', 'feed_unknown_record'])

/** No guard accepts what was revoked for longer than it is said to, refuses what was not, or raises an alarm. */
export function checkGuards(evidence: Evidence, known: readonly KnownSession[]): Violation[] {
  const { acts, guards, quiet } = evidence
  const revoking = mapRevoking(acts)
  const late = guards.watched.flatMap((watched) => {
    const act = revoking.get(watched.id)
    return act === undefined ? [] : judgeAcceptance(watched, act, quiet)
  })
  const alarmed = guards.notes
    .filter(({ type }) => alarms.has(type))
    .map(
      ({ guard, at, type, sentence }): Violation => ({
        rule: 'a false alarm',
        at,
        sentence: `${guard}: ${type}, ${sentence}`,
      }),
    )
  return [...late, ...alarmed, ...findUnreasonable(evidence, known)]
}

/** How long after an acknowledged revocation each guard accepted the token last, of those where nothing was failing. */
export function listHealthyDelays({
  acts,
  guards,
  quiet,
}: Pick<Evidence, 'acts' | 'guards' | 'quiet'>): readonly number[] {
  const revoking = mapRevoking(acts)
  return guards.watched.flatMap(({ id, acceptedAt, refusedAt }) => {
    const act = revoking.get(id)
    if (act === undefined || refusedAt === undefined || !isWithin(quiet, act.endedAt, refusedAt)) return []
    return [Math.max(0, (acceptedAt ?? act.endedAt) - act.endedAt)]
  })
}

/** Acknowledged revocations, by what guards watch their tokens under. */
function mapRevoking(acts: readonly Act[]): ReadonlyMap<string | undefined, Act> {
  return new Map(acts.filter((act) => act.watch !== undefined && isAcknowledged(act)).map((act) => [act.watch, act]))
}

function judgeAcceptance(
  { guard, acceptedAt, provedUntil, refusedAt, code }: Watched,
  act: Act,
  quiet: readonly Span[],
): Violation[] {
  if (acceptedAt === undefined) return []
  const lateness = acceptedAt - act.endedAt
  const violation = (why: string): Violation => ({
    rule: 'accepted after the guarantee',
    at: acceptedAt,
    sentence: `${guard} accepted a token ${Math.round(lateness)} ms after the ${act.act} was acknowledged, ${why}.`,
  })
  if (lateness > cutOffMilliseconds) return [violation('which is more than a minute')]
  if (provedUntil !== undefined && provedUntil > act.endedAt + roundingMilliseconds)
    return [violation('and held its copy of the feed for complete')]
  if (refusedAt !== undefined && revokedCodes.has(code) && acceptedAt > refusedAt)
    return [violation('having refused it before')]
  if (lateness > healthyMilliseconds && isWithin(quiet, act.endedAt, acceptedAt))
    return [violation('while all was well')]
  return []
}

function findUnreasonable({ acts, guards, wrongClocks }: Evidence, known: readonly KnownSession[]): Violation[] {
  const bySession = new Map(known.map((one) => [one.session, one]))
  const rolesTaken = groupBy(
    acts.filter(({ act }) => act === 'remove-role'),
    ({ account }) => account,
  )
  return guards.unaccepted
    .filter(({ code }) => !code.endsWith('_unavailable'))
    .filter(({ guard, at }) => !wrongClocks.some((span) => span.guard === guard && span.from <= at && at <= span.to))
    .filter((refused) => !hasReason(refused, bySession.get(refused.session), rolesTaken))
    .map(({ guard, session, at, code }) => ({
      rule: 'refused without a reason',
      at,
      sentence: `${guard} answered ${code} to a new token of ${session === '' ? 'a client' : `the session ${session}`}.`,
    }))
}

function hasReason(
  { at }: Unaccepted,
  session: KnownSession | undefined,
  rolesTaken: ReadonlyMap<string | undefined, readonly Act[]>,
): boolean {
  if (session === undefined) return false
  return [...session.endings, ...(rolesTaken.get(session.account) ?? [])].some(({ begunAt }) => begunAt <= at)
}

function isWithin(spans: readonly Span[], from: Moment, to: Moment): boolean {
  return spans.some((span) => span.from <= from && to <= span.to)
}
