// `npm run screenshots [-- folder]`: installs what is missing, builds, and takes a picture of every page.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
process.exit(run('node', ['packages/server/testing/screenshots.ts', ...process.argv.slice(2)]))
