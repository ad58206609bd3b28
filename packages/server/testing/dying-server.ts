import { text } from 'node:stream/consumers'
import type { Config } from '../src/config.ts'
import { recordRevocations } from '../src/domain/revocations/record-revocations.ts'
import { createLog } from '../src/platform/log/create-log.ts'
import { startServer } from '../src/server.ts'

/*
 * A process of its own: `dying-server.ts <configuration as JSON>` serves, says "listening", and when its standard input ends it commits a
 * revocation and is killed before it can tell anybody.
 */

const config = JSON.parse(process.argv[2] ?? '') as Config
const { installation } = await startServer(config, { log: createLog('fatal', process.stderr) })
process.stdout.write('listening\n')
await text(process.stdin)
const { database, clock } = installation
await database.write((tx) =>
  recordRevocations(tx, [{ kind: 's', identifier: 'committed', forgetAt: Math.floor(clock.now() / 1000) + 450 }]),
)
process.kill(process.pid, 'SIGKILL')
