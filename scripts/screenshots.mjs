// `npm run screenshots [-- folder]`: installs what is missing, builds, and takes a picture of every page, of the console too.
import { build, ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
build()
const folder = process.argv.slice(2)
const failed = run('node', ['packages/server/testing/screenshots.ts', ...folder])
process.exit(failed || run('node', ['apps/console/testing/screenshots.ts', ...folder]))
