// `npm run bench [-- name…] [--quick]`: installs what is missing, builds, and measures on the Node of the `node` package.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['benchmarks/run.ts', ...process.argv.slice(2)]))
