// `npm run cluster-test [-- --quick]`: installs what is missing, builds, and lets a cluster fail on the Node of the `node` package.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['cluster-test/run.ts', ...process.argv.slice(2)]))
