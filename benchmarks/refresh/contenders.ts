import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { startWorker } from '../measuring/start-worker.ts'
import { type Installation, makeInstallation, renderLogin, startOstiary } from '../server/start-ostiary.ts'
import type { PeerMessage, PeerReply } from './peer.ts'

/** A running server that takes refresh tokens, in a process of its own. */
export interface RefreshServer {
  openSessions(count: number): Promise<PeerReply>
  stop(): Promise<void>
}

export interface RefreshContender {
  readonly name: string
  start(): Promise<RefreshServer>
}

export const bareFastify: RefreshContender = peer('bare Fastify, a form post', './serve-form.ts')
export const onSqlite: RefreshContender = { name: 'Ostiary, SQLite', start: () => startWith({}) }
export const onPostgresql: RefreshContender = { name: 'Ostiary, PostgreSQL', start: startOnPostgresql }
export const oidcProvider: RefreshContender = peer('oidc-provider, in memory', './serve-oidc-provider.ts')
export const betterAuth: RefreshContender = peer('better-auth, SQLite', './serve-better-auth.ts')

function peer(name: string, script: string): RefreshContender {
  return {
    name,
    async start() {
      const worker = startWorker<PeerMessage, PeerReply>(new URL(script, import.meta.url))
      return { openSessions: (sessions) => worker.ask({ sessions }), stop: () => worker.stop() }
    },
  }
}

async function startWith(options: { readonly databaseUrl?: string }): Promise<RefreshServer> {
  const installation = await makeInstallation({ accounts: 1, ...options })
  const server = await startOstiary(installation)
  return {
    async openSessions(count) {
      const refreshTokens: string[] = []
      for (let opened = 0; opened < count; opened += 1) refreshTokens.push(await logIn(installation))
      return { url: `${installation.url}/token`, clientId: 'ostiary', refreshTokens }
    },
    async stop() {
      await server.stop()
      installation.remove()
    },
  }
}

/** On a cluster of its own that waits for the disk at each commit. */
async function startOnPostgresql(): Promise<RefreshServer> {
  const cluster = await startPostgresqlCluster({ durable: true })
  const { openSessions, stop } = await startWith({ databaseUrl: await cluster.createDatabase() })
  return {
    openSessions,
    async stop() {
      await stop()
      await cluster.stop()
    },
  }
}

async function logIn(installation: Installation): Promise<string> {
  const response = await fetch(`${installation.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: renderLogin(installation, 0),
  })
  return ((await response.json()) as { refresh_token: string }).refresh_token
}
