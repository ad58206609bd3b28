// `npm run soak [-- --minutes N]`: installs what is missing, builds, and keeps a real server under a mixed load on the Node of the `node` package.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['benchmarks/soak/soak.ts', ...process.argv.slice(2)]))
