// `npm run fuzz [-- --minutes N] [-- name…]`: installs what is missing, builds, and runs the properties of fuzzing/ for longer than `npm test` does.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['fuzzing/run.ts', ...process.argv.slice(2)]))
