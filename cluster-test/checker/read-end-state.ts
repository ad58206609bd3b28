import type { EndState, StoredSession } from './evidence.ts'

/** Asks the database. The tables are those of `domain/schema`. */
export type Ask = <Row extends object>(sql: string) => Promise<readonly Row[]>

/** Reads what the database holds, by SQL and not by the code that is checked. */
export async function readEndState(ask: Ask, auditFault: string | undefined): Promise<EndState> {
  const sessions = await ask<SessionRow>('SELECT id, account_id, generation, ended_at FROM session')
  const [head] = await ask<HeadRow>('SELECT seq, chain, forgotten_seq FROM feed_head')
  const records = await ask<RecordRow>('SELECT seq, line, chain FROM feed_record ORDER BY seq')
  const opened = await ask<{ session_id: string }>("SELECT session_id FROM audit_event WHERE act = 'session.opened'")
  const acts = await ask<{ act: string; count: string }>('SELECT act, count(*) AS count FROM audit_event GROUP BY act')
  return {
    sessions: new Map(sessions.map((row) => [row.id, toSession(row)])),
    feed: {
      sequence: Number(head?.seq),
      chain: head?.chain ?? '',
      forgottenSequence: Number(head?.forgotten_seq),
      records: records.map(({ seq, line, chain }) => ({ sequence: Number(seq), line, chain })),
    },
    auditedSessions: new Set(opened.map(({ session_id }) => session_id)),
    auditedActs: new Map(acts.map(({ act, count }) => [act, Number(count)])),
    auditFault,
  }
}

interface SessionRow {
  readonly id: string
  readonly account_id: string
  readonly generation: string | number
  readonly ended_at: string | number | null
}

interface HeadRow {
  readonly seq: string | number
  readonly chain: string
  readonly forgotten_seq: string | number
}

interface RecordRow {
  readonly seq: string | number
  readonly line: string
  readonly chain: string
}

function toSession({ account_id: account, generation, ended_at: endedAt }: SessionRow): StoredSession {
  return { account, generation: Number(generation), isEnded: endedAt !== null }
}
