// `npm run model [-- --write]`: installs what is missing and prints the model of a large installation, on the Node of the `node` package.
import { ensureInstalled, run } from './ensure-installed.mjs'

ensureInstalled()
process.exit(run('node', ['benchmarks/model/run.ts', ...process.argv.slice(2)]))
