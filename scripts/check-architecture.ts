// Holds every import in packages/*/src and apps/console/src to the plan in architecture.ts. Tests, and what stands in testing/, are free.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import {
  consoleRooms,
  domainRooms,
  guardRooms,
  packagesOfConsole,
  placesOfPackages,
  serverArrows,
} from './architecture.ts'
import { type Arrow, readModule, type SourceModule } from './read-module.ts'

/** An arrow that leads where it must not, as one line. */
export type Finding = string

/** All findings for these modules, which are those of packages/*\/src and apps/console/src without their tests. */
export function findWrongArrows(modules: readonly SourceModule[]): Finding[] {
  const wrong = modules.flatMap((module) =>
    module.arrows.flatMap((arrow) => {
      const why = judgeArrow(module.file, arrow)
      return why === undefined ? [] : [`${module.file}:${arrow.line} imports ${arrow.specifier}: ${why}`]
    }),
  )
  return [...wrong, ...findCycles(modules)]
}

function judgeArrow(file: string, arrow: Arrow): string | undefined {
  if (file.startsWith(consoleFolder)) return judgeInConsole(file, arrow)
  const from = placeOf(file)
  if (!arrow.specifier.startsWith('.')) {
    if (from.name === 'client') return 'the client has no dependencies.'
    return from.name === 'guard'
      ? judgePackageInGuard(from.path, arrow)
      : judgePackageInServer(from.path, arrow.specifier)
  }
  const target = path.posix.join(path.posix.dirname(file), arrow.specifier)
  const to = placeOf(target)
  if (/\.test\.ts$|\/testing\//.test(target)) return 'what is published imports no test.'
  if (to.name !== from.name || to.path.startsWith('..')) return 'another package is imported by its name.'
  if (to.path === 'index.ts') return 'index.ts is the door for others; inside, import the file.'
  if (from.name === 'client') return undefined
  return from.name === 'server' ? judgeInServer(from.path, to.path) : judgeInGuard(from.path, to.path)
}

const consoleFolder = 'apps/console/src/'

function judgeInConsole(file: string, { specifier }: Arrow): string | undefined {
  if (!specifier.startsWith('.')) {
    return packagesOfConsole.includes(packageOf(specifier)) ? undefined : 'the console is not made of it.'
  }
  const target = path.posix.join(path.posix.dirname(file), specifier)
  if (!target.startsWith(consoleFolder)) return 'the console sees no file but its own.'
  const [from, to] = [file, target].map((one) => one.slice(consoleFolder.length))
  const [own, other] = [roomOf(from ?? ''), roomOf(to ?? '')]
  if (own === undefined || other === undefined) return undefined
  if (own !== other) {
    return consoleRooms.indexOf(other) < consoleRooms.indexOf(own)
      ? undefined
      : `${other} stands after ${own}: ${consoleRooms.join(', ')}.`
  }
  const [page, otherPage] = [from, to].map((one) => one?.split('/')[1])
  return own === 'pages' && page !== otherPage ? 'a page imports no other page.' : undefined
}

function judgeInGuard(from: string, to: string): string | undefined {
  const [own, other] = [roomOf(from), roomOf(to)]
  if (other === undefined || other === own) return undefined
  if (other === 'adapters') return 'the core knows no adapter.'
  if (other === 'explain') return 'the core does not need to explain.'
  if (other === 'mcp') return 'the core knows nothing of MCP.'
  if (!guardRooms.includes(other)) return `${other} has no place in the guard; see scripts/architecture.ts.`
  if (own === undefined || guardRooms.indexOf(other) < guardRooms.indexOf(own)) return undefined
  return `${other} stands after ${own}: ${guardRooms.join(', ')}.`
}

function judgePackageInGuard(from: string, { specifier, isType }: Arrow): string | undefined {
  if (specifier.startsWith('node:')) return undefined
  if (roomOf(from) !== 'adapters') return 'the guard has no dependencies.'
  if (!isType) return 'an adapter imports its framework for types only.'
  if (path.posix.basename(from, '.ts') !== packageOf(specifier)) return 'an adapter knows its own framework only.'
  return undefined
}

function judgePackageInServer(from: string, specifier: string): string | undefined {
  const name = packageOf(specifier)
  const places = placesOfPackages[name]
  if (!places) return name.startsWith('node:') ? undefined : 'give it a place in scripts/architecture.ts.'
  if (places.some((place) => from === place || from.startsWith(`${place}/`))) return undefined
  return `${name} is imported in ${places.join(', ')} only.`
}

function judgeInServer(from: string, to: string): string | undefined {
  if (to.endsWith('-store.ts') && path.posix.dirname(to) !== path.posix.dirname(from)) {
    return 'a store is private to its room.'
  }
  const allowed = serverArrows[partOf(from)]
  if (!allowed) return `${partOf(from)} has no place in the house; see scripts/architecture.ts.`
  const labels = [partOf(to), relate(from, to)]
  if (labels.some((label) => allowed.includes(label))) return undefined
  return `${partOf(from)} may import ${allowed.join(', ')}.`
}

/** How the target stands to the importing file on the same floor. */
function relate(from: string, to: string): string {
  const floor = partOf(to)
  if (partOf(from) !== floor) return 'another floor'
  const [own, other] = [roomOf(from.slice(floor.length + 1)), roomOf(to.slice(floor.length + 1))]
  if (other === undefined) return `${floor}: no room`
  if (own === other) return `${floor}: own room`
  const [ownRank, otherRank] = [rankOf(own), rankOf(other)]
  return otherRank >= 0 && otherRank < ownRank ? `${floor}: earlier room` : `${floor}: another room`
}

function rankOf(room: string | undefined): number {
  return domainRooms.findIndex(([name]) => name === room)
}

/** `packages/server/src/domain/keys/key-ring.ts` → server, `domain/keys/key-ring.ts` */
function placeOf(file: string): { readonly name: string; readonly path: string } {
  const [, name = ''] = /^packages\/([^/]+)\//.exec(file) ?? []
  return { name, path: path.posix.relative(`packages/${name}/src`, file) }
}

/** The floor, or the file at the top. */
function partOf(file: string): string {
  return file.split('/', 1)[0] ?? file
}

/** The first folder of a path; undefined for a file directly there. */
function roomOf(file: string): string | undefined {
  const parts = file.split('/')
  return parts.length > 1 ? parts[0] : undefined
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Cycles of what remains after compilation. An interface may name a type of the file that implements it. */
function findCycles(modules: readonly SourceModule[]): Finding[] {
  const targets = new Map(modules.map((module) => [module.file, runTimeTargets(module)]))
  const finished = new Set<string>()
  const cycles: Finding[] = []
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file)
    if (start >= 0) {
      cycles.push(`${[...trail.slice(start), file].join(' → ')}: modules import each other in a circle.`)
      return
    }
    if (finished.has(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...trail, file])
    finished.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return cycles
}

function runTimeTargets({ file, arrows }: SourceModule): string[] {
  return arrows
    .filter((arrow) => !arrow.isType && arrow.specifier.startsWith('.'))
    .map((arrow) => path.posix.join(path.posix.dirname(file), arrow.specifier))
}

/** Rooms that the list doesn't have, and names in the list that no room has. */
export function compareRooms(listed: readonly string[], folders: readonly string[]): Finding[] {
  return [
    ...folders
      .filter((room) => !listed.includes(room))
      .map((room) => `domain/${room} is not in scripts/architecture.ts.`),
    ...listed
      .filter((room) => !folders.includes(room))
      .map((room) => `scripts/architecture.ts lists domain/${room}, which is not there.`),
  ]
}

/** Who installs the guard or the client installs nothing else. */
export function findDependencies(folder: string, manifest: string): Finding[] {
  const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> }
  return Object.keys(dependencies).map((name) => `${folder} depends on ${name}; it has no dependencies.`)
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..')
  const files = globSync(['packages/*/src/**/*.ts', 'apps/console/src/**/*.{ts,tsx}'], { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  const modules = files.sort().map((file) => readModule(root, file))
  const folders = globSync('packages/server/src/domain/*/', { cwd: root }).map((folder) => path.basename(folder))
  const findings = [
    ...findWrongArrows(modules),
    ...compareRooms(
      domainRooms.map(([room]) => room),
      folders,
    ),
    ...['packages/guard', 'packages/client'].flatMap((folder) =>
      findDependencies(folder, readFileSync(path.join(root, folder, 'package.json'), 'utf8')),
    ),
  ]
  const arrows = modules.reduce((sum, module) => sum + module.arrows.length, 0)
  console.log([...findings, `${modules.length} modules, ${arrows} imports, ${findings.length} wrong`].join('\n'))
  process.exitCode = findings.length === 0 ? 0 : 1
}
