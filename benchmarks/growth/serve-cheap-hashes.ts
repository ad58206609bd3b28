// `ostiary serve` with hashes that cost next to nothing, which no configuration allows: what a login costs beside its hash can be seen.
import { loadConfig } from '../../packages/server/src/config.ts'
import { startProcess } from '../../packages/server/src/main.ts'
import { cheapCost } from './fill-database.ts'

const { stopped } = await startProcess({ ...loadConfig(), passwordCost: cheapCost })
await stopped
