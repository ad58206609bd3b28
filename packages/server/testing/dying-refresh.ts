import type { Config } from '../src/config.ts'
import { verifyRefreshToken } from '../src/domain/sessions/refresh-token.ts'
import { rotateSession } from '../src/domain/sessions/rotate-session.ts'
import { openInstallation } from '../src/installation.ts'
import { createLog } from '../src/platform/log/create-log.ts'

/*
 * A process of its own: `dying-refresh.ts <configuration as JSON> <refresh token>` rotates the session as the token endpoint does, and is
 * killed when that is durable, before it can answer.
 */

const config = JSON.parse(process.argv[2] ?? '') as Config
const { database, refreshKeys } = await openInstallation(config, { log: createLog('fatal', process.stderr) })
const content = await verifyRefreshToken(refreshKeys, process.argv[3] ?? '', 'ostiary')
if (content === undefined) throw new Error('the token is none of ours')
const newest = await refreshKeys.newest()
await database.write((tx) => rotateSession(tx, content, newest))
process.kill(process.pid, 'SIGKILL')
