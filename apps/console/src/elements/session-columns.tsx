import { Link } from 'wouter'
import type { Session } from '../api/admin-api.ts'
import type { Column } from './data-table.tsx'
import { deviceWords } from './device-words.ts'
import { EndSession } from './end-session.tsx'
import classes from './lists.module.css'
import { StateWord } from './state-word.tsx'
import { TimeAgo } from './time-ago.tsx'

export const deviceColumn: Column<Session> = {
  header: 'Device',
  cell: ({ user_agent, network, impersonation }) => (
    <>
      <span className={classes.name}>{deviceWords(user_agent)}</span>
      <span className={classes.second}>{network}</span>
      {impersonation && (
        <span className={classes.second}>
          <Link href={`/accounts/${impersonation.administrator_id}`}>An administrator</Link> acts as them:{' '}
          {impersonation.reason}
        </span>
      )}
    </>
  ),
}

export const clientColumn: Column<Session> = {
  header: 'Client',
  cell: ({ client_id, audience }) => (
    <>
      {client_id}
      {audience !== null && <span className={classes.second}>{audience}</span>}
    </>
  ),
}

export const accountColumn: Column<Session> = {
  header: 'Account',
  cell: ({ account_id, username }) =>
    username === null ? (
      <span className="mono">{account_id}</span>
    ) : (
      <Link href={`/accounts/${account_id}`}>{username}</Link>
    ),
}

export const timeColumns: readonly Column<Session>[] = [
  { header: 'Signed in', cell: ({ authenticated_at }) => <TimeAgo at={authenticated_at} /> },
  { header: 'Last used', cell: ({ used_at }) => <TimeAgo at={used_at} /> },
  { header: 'State', cell: (session) => <SessionState session={session} /> },
]

export const endColumn: Column<Session> = {
  header: '',
  cell: (session) => isLive(session) && <EndSession session={session} />,
}

function isLive({ ended_at, expires_at }: Session): boolean {
  return ended_at === null && Date.parse(expires_at) > Date.now()
}

function SessionState({ session }: { readonly session: Session }) {
  if (isLive(session)) return <StateWord tone="good">Live</StateWord>
  return <StateWord tone="quiet">{session.ended_at === null ? 'Expired' : 'Ended'}</StateWord>
}
