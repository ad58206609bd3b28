// Every room says in a README what it owns, promises and never does; and no room or file is a drawer.
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const rooms = [
  'packages/server/src/{endpoints,domain,platform}/*/',
  'packages/server/src/cli/',
  'packages/guard/src/*/',
  'packages/client/src/',
  'apps/console/src/{api,elements,look,shell,sign-in}/',
]
const drawers = /(^|\/)(utils?|helpers?|common|misc|shared|lib|types)(\.ts|\/|$)/
const SHORTEST_LINES = 5

const root = path.join(import.meta.dirname, '..')
const folders = globSync(rooms, { cwd: root }).sort()
const files = globSync('{packages,apps}/*/{src,testing}/**/*.{ts,tsx}', { cwd: root })
const findings = [...folders.flatMap(judgeReadme), ...files.flatMap(judgeName)]
console.log([...findings, `${folders.length} rooms, ${findings.length} findings`].join('\n'))
process.exitCode = findings.length === 0 ? 0 : 1

function judgeReadme(folder: string): string[] {
  const file = path.join(root, folder, 'README.md')
  if (!existsSync(file)) return [`${folder} has no README.md.`]
  const lines = readFileSync(file, 'utf8').trim().split('\n').length
  return lines < SHORTEST_LINES ? [`${folder}/README.md has only ${lines} lines.`] : []
}

function judgeName(file: string): string[] {
  return drawers.test(file) ? [`${file}: a drawer. What two rooms need has a name; move it down a floor.`] : []
}
