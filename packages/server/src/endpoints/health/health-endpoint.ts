import type { KeyRing } from '../../domain/keys/key-ring.ts'
import { migrations } from '../../domain/schema/migrations.ts'
import type { Database } from '../../platform/database/database.ts'
import { assertSchemaUsable } from '../../platform/database/inspect-schema.ts'
import { withinLimit } from '../../platform/database/within-limit.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { shareLooks } from '../share-looks.ts'
import type { Drain } from './drain.ts'

export interface HealthDeps {
  readonly database: Database
  readonly keyRing: KeyRing
  readonly drain: Drain
}

const CHECK_LIMIT_MS = 2000
/** Balancers ask once a second; a stranger may ask thousands of times. */
const LOOK_PAUSE_MS = 50

type Check = 'database' | 'schema' | 'keys'

/** Serves `/healthz` (the process answers) and `/readyz` (it can do its work: database, schema and keys). */
export function healthEndpoint(server: HttpServer, deps: HealthDeps): void {
  server.get('/healthz', { config: { importance: 'vital' } }, (_, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )

  const look = shareLooks(() => lookAround(deps, server.log), LOOK_PAUSE_MS)
  server.get('/readyz', { config: { importance: 'vital' } }, async ({ ip }, reply) => {
    const checks = { ...(await look()), process: !deps.drain.isStopping }
    deps.drain.noteAsked(ip)
    const ready = Object.values(checks).every(Boolean)
    const words = Object.fromEntries(Object.entries(checks).map(([name, well]) => [name, well ? 'ok' : 'not ready']))
    return reply
      .status(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks: words })
  })
}

/** By the connection that the feed needs too: so it is looked once for all who ask. */
async function lookAround({ database, keyRing }: HealthDeps, log: HttpServer['log']): Promise<Record<Check, boolean>> {
  const read = database.readUrgently
  const [isDatabaseWell, isSchemaWell, areKeysWell] = await Promise.all([
    isWell(() => read.selectNoFrom(({ lit }) => lit(1).as('one')).execute(), log),
    // A newer release may have changed it meanwhile in a way that this one can't work with.
    isWell(() => assertSchemaUsable(read, migrations), log),
    isWell(() => keyRing.current(), log),
  ])
  return { database: isDatabaseWell, schema: isSchemaWell, keys: areKeysWell }
}

async function isWell(
  check: () => Promise<unknown>,
  log: { warn: (fields: object, message: string) => void },
): Promise<boolean> {
  try {
    await withinLimit(check(), CHECK_LIMIT_MS, () => new Error('no answer in time'))
    return true
  } catch (error) {
    log.warn({ error }, 'not ready')
    return false
  }
}
