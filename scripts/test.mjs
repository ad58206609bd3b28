// `npm test`: installs what is missing, builds, and runs every test on the Node of the `node` package.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]))
