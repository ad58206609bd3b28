import { createHash, hash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Watched } from '../guards/guard-report.ts'
import type { Act } from '../load/act.ts'
import { checkHistory } from './check-history.ts'
import type { Evidence, Rule } from './evidence.ts'

const session = 's'.repeat(22)
const account = 'acc_ada'

function makeAct(act: Act['act'], begunAt: number, more: Partial<Act> = {}): Act {
  return { act, begunAt, endedAt: begunAt + 10, outcome: 200, account, ...more }
}

const login = makeAct('login', 1000, { session, successor: { generation: 0, digest: 'token 0' } })
const refreshed = makeAct('refresh', 2000, { session, generation: 0, successor: { generation: 1, digest: 'token 1' } })
const revoked = makeAct('revoke-session', 3000, { session, sequence: 1, watch: 'revoke-session-0' })
const refusedAfter = makeAct('refresh', 4000, { session, generation: 1, outcome: 400, error: 'invalid_grant' })

const line = JSON.stringify({ n: 1, k: 's', i: hash('sha256', session, 'base64url').slice(0, 22), x: 500 })
const chain = createHash('sha256').update(Buffer.alloc(32)).update(line).digest('base64url')

const watched: Watched = {
  ...{ id: 'revoke-session-0', guard: 'guard-1', acceptedAt: 3020, provedUntil: 2500, refusedAt: 3045 },
  code: 'token_revoked',
}

/** A history in which all is well: a login, a refresh, a revocation, and a refusal. */
const good: Evidence = {
  acts: [login, refreshed, revoked, refusedAfter],
  guards: {
    watched: [watched],
    shown: 2,
    unaccepted: [],
    notes: [{ guard: 'guard-1', at: 5, type: 'feed_live', sentence: undefined }],
  },
  feedLines: new Map([[1, line]]),
  forkedNumbers: [],
  endState: {
    sessions: new Map([[session, { account, generation: 1, isEnded: true }]]),
    feed: { sequence: 1, chain, forgottenSequence: 0, records: [{ sequence: 1, line, chain }] },
    auditedSessions: new Set([session]),
    auditedActs: new Map([
      ['session.opened', 1],
      ['session.ended', 1],
      ['account.logged_out', 1],
    ]),
    auditFault: undefined,
  },
  quiet: [{ from: 0, to: 10_000 }],
  wrongClocks: [],
}

function withActs(...acts: readonly Act[]): Evidence {
  return { ...good, acts: [...good.acts, ...acts] }
}

function withEnd(endState: Partial<Evidence['endState']>): Evidence {
  return { ...good, endState: { ...good.endState, ...endState } }
}

function withGuards(guards: Partial<Evidence['guards']>): Evidence {
  return { ...good, guards: { ...good.guards, ...guards } }
}

function withWatched(changed: Partial<Watched>): Evidence {
  return withGuards({ watched: [{ ...watched, ...changed }] })
}

function withFeed(feed: Partial<Evidence['endState']['feed']>): Evidence {
  return withEnd({ feed: { ...good.endState.feed, ...feed } })
}

test('a history in which all is well has no violation', () => {
  expect(checkHistory(good)).toEqual([])
})

function loggedOut(begunAt: number, sequence: number): Act {
  return makeAct('revoke-account', begunAt, { sequence })
}

const accountLine = JSON.stringify({
  n: 2,
  k: 'u',
  i: hash('sha256', account, 'base64url').slice(0, 22),
  t: 500,
  x: 500,
})

function feedOf(...lines: readonly string[]): Evidence['endState']['feed'] {
  let extended = Buffer.alloc(32).toString('base64url')
  const records = lines.map((text, index) => {
    extended = createHash('sha256').update(Buffer.from(extended, 'base64url')).update(text).digest('base64url')
    return { sequence: index + 1, line: text, chain: extended }
  })
  return { sequence: lines.length, chain: extended, forgottenSequence: 0, records }
}

const stored = { account, generation: 1, isEnded: true }
const unended: Evidence = { ...good, acts: [login, refreshed] }

const forged: readonly (readonly [what: string, rule: Rule, evidence: Evidence])[] = [
  ['a session that was given and is not stored', 'acknowledged, and lost', withEnd({ sessions: new Map() })],
  [
    'a generation that was given and is not stored',
    'acknowledged, and lost',
    withEnd({ sessions: new Map([[session, { ...stored, generation: 0 }]]) }),
  ],
  ['a login that was not audited', 'acknowledged, and lost', withEnd({ auditedSessions: new Set() })],
  [
    'a session whose end was not audited',
    'acknowledged, and lost',
    withEnd({ auditedActs: new Map([['session.opened', 1]]) }),
  ],
  [
    'an account that was logged out everywhere, which was audited once of two times',
    'acknowledged, and lost',
    { ...withFeed(feedOf(line, accountLine, accountLine)), acts: [...good.acts, loggedOut(500, 2), loggedOut(600, 3)] },
  ],
  [
    'a revocation that was acknowledged and is not in the feed',
    'acknowledged, and lost',
    withActs(makeAct('revoke-account', 500, { account: 'acc_grace' })),
  ],
  [
    'a role that was taken, and whose number the feed has not come to',
    'acknowledged, and lost',
    withActs(makeAct('remove-role', 500, { sequence: 2 })),
  ],
  [
    'a role that was taken, and whose number is that of something else',
    'acknowledged, and lost',
    withActs(makeAct('remove-role', 500, { sequence: 1 })),
  ],
  [
    'an account that was logged out everywhere once more, of which the feed has the first time alone',
    'acknowledged, and lost',
    { ...withFeed(feedOf(line, accountLine)), acts: [...good.acts, loggedOut(500, 2), loggedOut(600, 3)] },
  ],
  [
    'a session that was ended, and is not in the end',
    'revoked, and still good',
    withEnd({ sessions: new Map([[session, { ...stored, isEnded: false }]]) }),
  ],
  [
    'two successors of one token',
    'a refresh family forked',
    withActs(makeAct('refresh', 2500, { session, generation: 0, successor: { generation: 1, digest: 'another' } })),
  ],
  [
    'a generation that was left out',
    'a refresh family forked',
    withActs(makeAct('refresh', 1500, { session, generation: 0, successor: { generation: 2, digest: 'token 2' } })),
  ],
  [
    'a refresh that is refused though nobody ended the session',
    'logged out by a fault',
    { ...unended, acts: [...unended.acts, { ...refusedAfter, error: 'invalid_grant' }] },
  ],
  [
    'a refresh that failed, is repeated within 30 s, and is refused',
    'logged out by a fault',
    {
      ...unended,
      acts: [
        ...unended.acts,
        makeAct('refresh', 3000, { session, generation: 1, outcome: 503 }),
        makeAct('refresh', 32_000, { session, generation: 1, outcome: 400 }),
      ],
    },
  ],
  ['a session that is over though nobody ended it', 'logged out by a fault', unended],
  [
    'a refresh that is answered after the session was ended',
    'revoked, and still good',
    withActs(makeAct('refresh', 3500, { session, generation: 0, successor: { generation: 1, digest: 'token 1' } })),
  ],
  [
    'a refresh that is answered after its code was used again',
    'revoked, and still good',
    {
      ...good,
      acts: [
        ...good.acts.slice(1, 3),
        { ...login, act: 'exchange', code: 'code' },
        makeAct('exchange', 1500, { code: 'code', outcome: 400 }),
      ],
    },
  ],
  [
    'a code that gives tokens twice',
    'used twice',
    withActs(
      makeAct('exchange', 1000, { code: 'code', session, successor: { generation: 0, digest: 'a' } }),
      makeAct('exchange', 1000, { code: 'code', session, successor: { generation: 0, digest: 'b' } }),
    ),
  ],
  [
    'a token that is accepted for longer than a second while all is well',
    'accepted after the guarantee',
    withWatched({ acceptedAt: 4100 }),
  ],
  [
    'a token that is accepted for longer than a minute',
    'accepted after the guarantee',
    { ...withWatched({ acceptedAt: 63_100 }), quiet: [] },
  ],
  [
    'a token that is accepted by a guard that holds its copy for complete',
    'accepted after the guarantee',
    { ...withWatched({ acceptedAt: 3800, provedUntil: 3700 }), quiet: [] },
  ],
  [
    'a token that is accepted again',
    'accepted after the guarantee',
    { ...withWatched({ acceptedAt: 3100, refusedAt: 3050 }), quiet: [] },
  ],
  [
    'a new token that is refused',
    'refused without a reason',
    withGuards({ unaccepted: [{ session, guard: 'guard-1', at: 2020, code: 'token_revoked' }] }),
  ],
  [
    'a new token of a client that is refused',
    'refused without a reason',
    withGuards({ unaccepted: [{ session: '', guard: 'guard-1', at: 9000, code: 'token_invalid' }] }),
  ],
  [
    'a guard that takes a fail-over for a fork',
    'a false alarm',
    withGuards({ notes: [{ guard: 'guard-1', at: 10, type: 'feed_alarm', sentence: 'the feed went back' }] }),
  ],
  ['a history that began anew', 'a false alarm', withEnd({ auditedActs: new Map([['feed.rewound', 1]]) })],
  ['a number with two lines', 'the feed is not whole', { ...good, forkedNumbers: [1] }],
  ['a line that was read and is gone', 'the feed is not whole', { ...good, feedLines: new Map([[2, line]]) }],
  ['a head that is further than its records', 'the feed is not whole', withFeed({ sequence: 2 })],
  [
    'a number that is missing',
    'the feed is not whole',
    withFeed({ sequence: 2, records: [{ sequence: 2, line, chain }] }),
  ],
  ['a chain that does not go on', 'the feed is not whole', withFeed({ records: [{ sequence: 1, line, chain: 'x' }] })],
  ['an audit log that does not verify', 'the audit log is not whole', withEnd({ auditFault: 'An event is gone.' })],
]

test.each(forged)('%s is a violation: %s', (_, rule, evidence) => {
  expect(checkHistory(evidence).map((violation) => violation.rule)).toContain(rule)
})

const allowed: readonly (readonly [what: string, evidence: Evidence])[] = [
  [
    'an account that was logged out everywhere, and whose record the feed has',
    { ...withFeed(feedOf(line, accountLine)), acts: [...good.acts, loggedOut(500, 2)] },
  ],
  [
    'a revocation that was not acknowledged may be found, and may be not',
    {
      ...withWatched({ acceptedAt: 9000 }),
      acts: [login, refreshed, { ...revoked, outcome: 'timeout' }, refusedAfter],
    },
  ],
  [
    'a guard that is cut off accepts up to a minute, when it does not hold its copy for complete',
    { ...withWatched({ acceptedAt: 60_000, refusedAt: undefined }), quiet: [] },
  ],
  [
    'a guard that is dark answers 503',
    withGuards({ unaccepted: [{ session, guard: 'g', at: 1, code: 'feed_unavailable' }] }),
  ],
  [
    'a guard with a wrong clock refuses',
    {
      ...withGuards({ unaccepted: [{ session, guard: 'g', at: 50, code: 'token_expired' }] }),
      wrongClocks: [{ guard: 'g', from: 0, to: 100 }],
    },
  ],
  [
    'the same successor may be given to several',
    withActs(makeAct('refresh', 2001, { session, generation: 0, successor: { generation: 1, digest: 'token 1' } })),
  ],
  [
    'a refresh that was in vain for more than 30 s may be refused',
    {
      ...good,
      acts: [
        login,
        refreshed,
        makeAct('refresh', 3000, { session, generation: 1, outcome: 503 }),
        makeAct('refresh', 34_000, { session, generation: 1, outcome: 400 }),
      ],
      guards: { ...good.guards, watched: [] },
    },
  ],
  [
    'records that were forgotten are gone',
    { ...withFeed({ sequence: 1, forgottenSequence: 1, records: [] }), feedLines: new Map([[1, line]]) },
  ],
]

test.each(allowed)('%s: no violation', (_, evidence) => {
  expect(checkHistory(evidence)).toEqual([])
})
