import { createHash, hash } from 'node:crypto'
import { type Act, isAcknowledged } from '../load/act.ts'
import type { Evidence, Violation } from './evidence.ts'

const rule = 'the feed is not whole'

/** The feed has every number once, in one chain, has all that anybody read of it, and all that was acknowledged; and it revokes nothing else. */
export function checkFeed(evidence: Evidence): Violation[] {
  const { forkedNumbers, endState } = evidence
  const forked = forkedNumbers.map(
    (n): Violation => ({ rule, at: undefined, sentence: `Number ${n} was read with two different lines.` }),
  )
  const violations = [...forked, ...findHoles(endState.feed), ...findChanged(evidence), ...findMissing(evidence)]
  const lines = listLines(evidence)
  const all = [...lines].filter(([, line]) => readRecord(line).k === 'a')
  const rewound = endState.auditedActs.get('feed.rewound') ?? 0
  if (all.length > 0 || rewound > 0)
    violations.push({
      rule: 'a false alarm',
      at: undefined,
      sentence: 'Everything was revoked, and nobody had asked for that.',
    })
  return violations
}

function findHoles({ records, sequence, chain, forgottenSequence }: Evidence['endState']['feed']): Violation[] {
  const violations: Violation[] = []
  let expected: { sequence: number; chain: string | undefined } = {
    sequence: forgottenSequence,
    chain: forgottenSequence === 0 ? Buffer.alloc(32).toString('base64url') : undefined,
  }
  for (const record of records) {
    // What may be forgotten is not all gone yet: the log is complete only after that number.
    if (record.sequence <= forgottenSequence) continue
    if (record.sequence !== expected.sequence + 1)
      violations.push({ rule, at: undefined, sentence: `After number ${expected.sequence} comes ${record.sequence}.` })
    if (expected.chain !== undefined && record.chain !== extendChain(expected.chain, record.line))
      violations.push({
        rule,
        at: undefined,
        sentence: `Number ${record.sequence} does not go on from the one before.`,
      })
    expected = record
  }
  if (expected.sequence !== sequence || (expected.chain ?? chain) !== chain)
    violations.push({
      rule,
      at: undefined,
      sentence: `The head says ${sequence}, and the records end at ${expected.sequence}.`,
    })
  return violations
}

/** docs/reference/revocation-feed.md, "The chain": computed here by itself, since what is checked must not check itself. */
function extendChain(chain: string, line: string): string {
  return createHash('sha256').update(Buffer.from(chain, 'base64url')).update(line).digest('base64url')
}

function findChanged({ feedLines, endState }: Evidence): Violation[] {
  const stored = new Map(endState.feed.records.map(({ sequence, line }) => [sequence, line]))
  return [...feedLines]
    .filter(([n, line]) => (n > endState.feed.forgottenSequence || stored.has(n)) && stored.get(n) !== line)
    .map(([n]) => ({
      rule,
      at: undefined,
      sentence: `Number ${n} was read, and is ${stored.has(n) ? 'another one' : 'gone'}.`,
    }))
}

function findMissing(evidence: Evidence): Violation[] {
  const lines = listLines(evidence)
  const known = new Set([...lines.values()].map(nameRecord))
  return evidence.acts
    .filter((act) => isAcknowledged(act))
    .filter((act) => !isInFeed(act, known, lines))
    .map(({ act, session, account, sequence, endedAt }) => ({
      rule: 'acknowledged, and lost',
      at: endedAt,
      sentence: `The feed has no record of the ${act} of ${session ?? account}${sequence === undefined ? '' : `, number ${sequence}`}.`,
    }))
}

function isInFeed(act: Act, known: ReadonlySet<string | undefined>, lines: ReadonlyMap<number, string>): boolean {
  switch (act.act) {
    case 'log-out':
    case 'revoke-session':
      return known.has(`s ${hashIdentifier(act.session)}`)
    case 'revoke-account':
      // Each has a record of its own: that of an earlier one does not stand for it.
      return nameRecord(lines.get(act.sequence ?? 0)) === `u ${hashIdentifier(act.account)}`
    case 'remove-role':
      return act.sequence !== undefined && lines.has(act.sequence) && known.has(`r ${hashIdentifier(act.account)}`)
    default:
      return true
  }
}

/** docs/reference/revocation-feed.md, "Records". */
function hashIdentifier(identifier = ''): string {
  return hash('sha256', identifier, 'base64url').slice(0, 22)
}

function listLines({ feedLines, endState }: Evidence): ReadonlyMap<number, string> {
  return new Map([...feedLines, ...endState.feed.records.map(({ sequence, line }) => [sequence, line] as const)])
}

/** Of whatever it is a record, and of whom. */
function nameRecord(line: string | undefined): string | undefined {
  if (line === undefined) return undefined
  const { k, i } = readRecord(line)
  return `${k} ${i}`
}

function readRecord(line: string): { readonly k: string; readonly i?: string } {
  return JSON.parse(line) as { readonly k: string; readonly i?: string }
}
