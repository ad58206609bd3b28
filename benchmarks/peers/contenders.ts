import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { startWorker } from '../measuring/start-worker.ts'
import { makeInstallation, startOstiary } from '../server/start-ostiary.ts'
import { openOwnForms } from './own-forms.ts'
import type { PeerMessage, PeerReply } from './peer.ts'

/** A running server, in a process of its own. */
export interface ServerContenderProcess {
  readonly pid: number
  makeForms(message: PeerMessage): Promise<PeerReply>
  stop(): Promise<void>
}

export interface ServerContender {
  readonly name: string
  start(): Promise<ServerContenderProcess>
}

export const bareFastify: ServerContender = peer('bare Fastify, a form post', './serve-form.ts')
export const onSqlite: ServerContender = { name: 'Ostiary, SQLite', start: () => startWith({}) }
export const onPostgresql: ServerContender = { name: 'Ostiary, PostgreSQL', start: startOnPostgresql }
export const oidcProvider: ServerContender = peer('oidc-provider, in memory', './serve-oidc-provider.ts')
export const betterAuth: ServerContender = peer('better-auth, SQLite', './serve-better-auth.ts')

function peer(name: string, script: string): ServerContender {
  return {
    name,
    async start() {
      const worker = startWorker<PeerMessage, PeerReply>(new URL(script, import.meta.url))
      return { pid: worker.pid, makeForms: (message) => worker.ask(message), stop: () => worker.stop() }
    },
  }
}

async function startWith(options: { readonly databaseUrl?: string }): Promise<ServerContenderProcess> {
  const installation = await makeInstallation({ accounts: 1, ...options })
  const server = await startOstiary(installation)
  return {
    pid: server.pid,
    makeForms: await openOwnForms(installation),
    async stop() {
      await server.stop()
      installation.remove()
    },
  }
}

/** On a cluster of its own that waits for the disk at each commit. */
async function startOnPostgresql(): Promise<ServerContenderProcess> {
  const cluster = await startPostgresqlCluster({ durable: true })
  const { pid, makeForms, stop } = await startWith({ databaseUrl: await cluster.createDatabase() })
  return {
    pid,
    makeForms,
    async stop() {
      await stop()
      await cluster.stop()
    },
  }
}
