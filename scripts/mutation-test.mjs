// `npm run mutation-test [-- name…] [-- --quick]`: installs what is missing, builds, and breaks what must not break, one place at a time.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['mutation/run.ts', ...process.argv.slice(2)]))
