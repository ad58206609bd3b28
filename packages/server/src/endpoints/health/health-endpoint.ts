import type { KeyRing } from '../../domain/keys/key-ring.ts'
import type { Database } from '../../platform/database/database.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'

export interface HealthDeps {
  readonly database: Database
  readonly keyRing: KeyRing
  /** True from the moment the process was asked to stop. */
  readonly isStopping: () => boolean
}

const CHECK_LIMIT_MS = 2000

/** Serves `/healthz` (the process answers) and `/readyz` (it can do its work: database and keys). */
export function healthEndpoint(server: HttpServer, { database, keyRing, isStopping }: HealthDeps): void {
  server.get('/healthz', (_, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))

  server.get('/readyz', async (request, reply) => {
    const checks = {
      database: await isWell(() => database.read.selectNoFrom(({ lit }) => lit(1).as('one')).execute(), request.log),
      keys: await isWell(() => keyRing.current(), request.log),
      process: !isStopping(),
    }
    const ready = Object.values(checks).every(Boolean)
    const words = Object.fromEntries(Object.entries(checks).map(([name, well]) => [name, well ? 'ok' : 'not ready']))
    return reply
      .status(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks: words })
  })
}

async function isWell(
  check: () => Promise<unknown>,
  log: { warn: (fields: object, message: string) => void },
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_LIMIT_MS)
  })
  try {
    await Promise.race([check(), limit])
    return true
  } catch (error) {
    log.warn({ error }, 'not ready')
    return false
  } finally {
    clearTimeout(timer)
  }
}
