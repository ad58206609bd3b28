import { text } from 'node:stream/consumers'
import type { Config } from '../src/config.ts'
import { createAccount } from '../src/domain/accounts/create-account.ts'
import { parseUsername } from '../src/domain/accounts/parse-username.ts'
import { createLog } from '../src/platform/log/create-log.ts'
import { startServer } from '../src/server.ts'

/*
 * A process of its own: `dying-webhooks.ts <configuration as JSON>` serves, says "listening", and when its standard input ends it makes an account
 * and is killed before it can tell a webhook of it.
 */

const config = JSON.parse(process.argv[2] ?? '') as Config
const { installation } = await startServer(config, { log: createLog('fatal', process.stderr) })
process.stdout.write('listening\n')
await text(process.stdin)
const username = parseUsername('ada')
if (!username.ok) throw new Error(username.sentence)
await installation.database.write((tx) =>
  createAccount(tx, { username: username.username, email: undefined, actor: 'cli' }),
)
process.kill(process.pid, 'SIGKILL')
