import { describeMachine, readLoad } from '../../benchmarks/measuring/describe-machine.ts'
import { listHealthyDelays } from '../checker/check-guards.ts'
import { countOverdue } from '../checker/check-sessions.ts'
import { type Rule, rules } from '../checker/evidence.ts'
import type { ClusterTestResult, Episode } from '../run-cluster-test.ts'
import { summarizeEpisode } from './summarize-episode.ts'

export interface RunOfTest {
  readonly startedAt: Date
  readonly loadBefore: number
  readonly isQuick: boolean
}

/** What failed of one cluster. */
export interface Part {
  readonly title: string
  readonly result: ClusterTestResult
}

/** `docs/cluster-test.md`, of one run. */
export function renderDocument(parts: readonly Part[], run: RunOfTest): string {
  const results = parts.map(({ result }) => result)
  return `${[
    '# Cluster test',
    'Written by `npm run cluster-test`; don’t edit it by hand.',
    renderMachine(run, results),
    renderVerdict(results),
    '## What failed, and what clients met',
    ...parts.flatMap(({ title, result }) => [`### ${title}`, renderEpisodes(result), ...renderSkipped(result)]),
    howToRead,
    '## What was checked',
    renderRules(results),
    ...renderViolations(results),
    '## Guards',
    ...results.map(renderGuards),
    arrangement,
    notCovered,
    howToRun,
  ].join('\n\n')}\n`
}

function renderMachine({ startedAt, loadBefore, isQuick }: RunOfTest, results: readonly ClusterTestResult[]): string {
  const { cpu, cores, memoryGibibytes, system, node, openssl } = describeMachine()
  const day = startedAt.toISOString().slice(0, 16).replace('T', ' ')
  const quick = isQuick ? ' A quick run: few of the faults.' : ''
  return `Machine: ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}, Node ${node} with OpenSSL ${openssl}, ${results.map(({ database }) => database).join(', ')}. Run ${day} UTC; load average ${loadBefore.toFixed(1)} before and ${readLoad().toFixed(1)} after: all of it shares these cores.${quick}`
}

function renderVerdict(results: readonly ClusterTestResult[]): string {
  const episodes = results.flatMap((result) => result.episodes)
  const acts = results.reduce((sum, { evidence }) => sum + evidence.acts.length, 0)
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0)
  const unwell = episodes.filter(({ normalAt }) => normalAt === undefined).length
  const overdue = results.reduce((sum, { evidence }) => sum + countOverdue(evidence), 0)
  const ended = `${number(overdue)} sessions ended because an outage was longer than the 30 s for which a lost answer is given again.`
  const well =
    unwell === 0 ? 'and all was well again after each' : `and after ${unwell} of them it was not well within a minute`
  return `**${episodes.length} faults, ${number(acts)} acts of clients, ${violations} violations**, ${well}. ${ended}`
}

function renderEpisodes(result: ClusterTestResult): string {
  const head = ['fault', 'acts', 'done', 'failed', 'p99', 'longest', 'pause', 'afterwards', 'violations']
  return renderTable([head, ...result.episodes.map((episode) => renderEpisode(episode, result))])
}

function renderEpisode(episode: Episode, result: ClusterTestResult): string[] {
  const figures = summarizeEpisode(episode, result)
  const { fault, note, normalAt } = episode
  const failed = [...figures.failed].map(([kind, times]) => `${times} × ${kind}`).join(', ')
  return [
    note === undefined ? fault.name : `${fault.name} (${note})`,
    number(figures.tried),
    number(figures.acknowledged),
    failed === '' ? '–' : failed,
    seconds(figures.p99Milliseconds),
    seconds(figures.longestMilliseconds),
    seconds(figures.pauseMilliseconds),
    normalAt === undefined ? '**not well in a minute**' : seconds(figures.afterwardsMilliseconds),
    figures.violations.length === 0 ? '0' : `**${figures.violations.length}**`,
  ]
}

function renderSkipped({ skipped }: ClusterTestResult): string[] {
  if (skipped.length === 0) return []
  return ['**Not run here:**', skipped.map(({ fault, why }) => `- ${fault.name}: ${why}.`).join('\n')]
}

const howToRead = `*done*: the client was told so. *failed*: answered 5xx, or not at all (\`no-answer\`: the connection ended; \`timeout\`: nothing came within 15 s); refusals, such as that of a code that comes twice, are neither. *longest*: how long a client
waited for its answer at most. *pause*: the longest time in which nobody was told that anything was done, from the beginning of the fault on. *afterwards*: from the end of the fault until the last act that failed; the row ends when nothing has failed for two seconds and all guards are live.`

const meanings: Readonly<Record<Rule, string>> = {
  'acknowledged, and lost':
    'A session that was given is stored, with the newest generation that was given or a later one, and its opening is in the audit log. A revocation that was acknowledged has its record in the feed.',
  'a refresh family forked':
    'A refresh token has one successor, whoever presents it and however often; no generation has two tokens.',
  'logged out by a fault':
    'No refresh is refused, and no session over, unless a client had ended it: a refresh that failed works when it is repeated within 30 s.',
  'revoked, and still good':
    'Once a revocation, a log-out or the second use of a code was answered, no refresh of that session is.',
  'used twice':
    'An authorization code gives tokens once, though two requests come at once to two instances, or are repeated after a failure.',
  'accepted after the guarantee':
    'No guard accepts a token whose revocation was acknowledged: a second later while all is well; a minute later in any case; and never while it holds its copy of the feed for complete up to then; nor once it has refused it.',
  'refused without a reason': 'No guard answers 401 to a token that was just issued, unless it was being revoked.',
  'a false alarm':
    'No guard says that the feed or the audit log was changed, and nothing was revoked that nobody had asked for.',
  'the feed is not whole':
    'The feed has every number once, in one chain; every line that was read meanwhile is there, and no number was read with two.',
  'the audit log is not whole': '`ostiary audit verify` finds nothing.',
}

function renderRules(results: readonly ClusterTestResult[]): string {
  const violations = results.flatMap((result) => result.violations)
  const rows = rules.map((rule) => {
    const times = violations.filter((violation) => violation.rule === rule).length
    return [rule, meanings[rule], times === 0 ? '0' : `**${times}**`]
  })
  return renderTable([['rule', 'what must hold', 'violations'], ...rows])
}

const mostShown = 30

function renderViolations(results: readonly ClusterTestResult[]): string[] {
  const violations = results.flatMap((result) => result.violations)
  if (violations.length === 0) return []
  const shown = violations.slice(0, mostShown).map(({ rule, sentence }) => `- ${rule}: ${sentence}`)
  const more = violations.length - shown.length
  return ['Violations:', [...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')]
}

function renderGuards({ evidence, database }: ClusterTestResult): string {
  const { guards } = evidence
  const delays = listHealthyDelays(evidence).toSorted((a, b) => a - b)
  const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? 0
  const unavailable = guards.unaccepted.filter(({ code }) => code.endsWith('_unavailable')).length
  const revocations = new Set(guards.watched.map(({ id }) => id)).size
  return `On ${database} ${number(revocations)} revocations were watched by four guards, each asked about the token every 25 ms. While nothing failed, a guard accepted it last ${p99.toFixed(0)} ms after the revocation was acknowledged (p99), and ${(delays.at(-1) ?? 0).toFixed(0)} ms at most (${number(delays.length)} answers; 0 ms: none accepted it any more when the client heard that it was done). ${number(guards.shown)} times tokens that had just been issued were shown to guards; ${number(unavailable)} times one answered 503, being dark or without keys.`
}

const arrangement = `## The arrangement

PostgreSQL from npm packages: a primary, and a standby that follows it by streaming over a slot; \`synchronous_standby_names\` names it, so each commit is on both before it is answered, until the standby becomes the primary. Then commits wait for nobody, until another standby
was made from it (two rows of the table). Three \`ostiary serve\` behind a balancer without stickiness, which asks \`/readyz\` twice a second and repeats nothing. Four real guards in two processes, with feed and credential. Every way between them (clients to balancer, guards to balancer, each
instance to the primary, standby to primary) is a TCP proxy that cuts, silences, delays, throttles and half-closes. Each request of a client has a connection of its own, so it may come to any instance.

Clients log in, refresh (one in six with three copies at once, one in ten once more after the answer), log out, redeem codes (one in four twice at once), get tokens for themselves; support ends sessions, logs people out everywhere, takes roles away. Who is not answered tries again with the same token or the same act.
The end state is read by SQL, by \`ostiary audit verify\`, and by asking once more for everything. The checker is tested with forged histories.`

const notCovered = `## What is not covered

- Two faults at once, and machines: all is on one, so a power cut is a kill of every process of PostgreSQL, and files survive it.
- Who decides that a primary is dead. Here the script does, and fences the old one by cutting it off: that is the work of Patroni, pg_auto_failover or your provider. Two primaries that both take writes would fork any history, this one too.
- An asynchronous standby: what it had not heard is lost when it is promoted ([PostgreSQL](guide/postgresql.md#durability)).
- An outage of more than 30 s: who lost the answer to a refresh when it began, and tries again after it, is taken for a thief, and logs in again.
- TLS between the parts, PgBouncer, and mails, passkeys and second factors under faults: what is good once shares the one table that codes are in.`

const howToRun = `## Run it

\`\`\`
npm run cluster-test               all of it, a quarter of an hour
npm run cluster-test -- --quick    an instance killed and cut off, and a fail-over: two minutes
\`\`\`

Linux, for \`/proc\`. As root it can also fill the disk, and with a C compiler slow it down; what can't be done is listed as not run. Each act stays as a line of JSON in \`node_modules/.cache/ostiary-cluster-test/\`.`

const columnsOfWords: ReadonlySet<string> = new Set(['fault', 'rule', 'what must hold', 'failed'])

function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const align = head.map((column) => (columnsOfWords.has(column) ? '---' : '---:'))
  return [head, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function seconds(milliseconds: number): string {
  return milliseconds < 950 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
