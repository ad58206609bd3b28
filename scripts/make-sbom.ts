// The server's bill of materials, as CycloneDX 1.5, into its package: every package that is installed with it, or is part of its bundle
// or of the console. npm reads all from the lock file; what differs from run to run (the moment, a random number, npm's own version) is left
// out, so that equal lock files give equal bytes.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, runNpm } from './run-npm.ts'

interface Component {
  readonly 'bom-ref': string
  readonly version: string
  readonly purl: string
  /** `optional`: for another platform, or for who uses what it belongs to. */
  readonly scope: string
  /** Absent: a package of this project, whose edges hold what its development needs as well. */
  readonly hashes?: readonly object[]
  readonly licenses?: readonly object[]
}

interface Bom {
  readonly specVersion: string
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

const file = path.join(root, 'packages/server/dist/sbom.cdx.json')
const serialNumber = `urn:uuid:${hashSources()}`

if (existsSync(file) && readFileSync(file, 'utf8').includes(serialNumber)) process.exit(0)
mkdirSync(path.dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify(await makeBom(), null, 2)}\n`)

/** Of what the document is made from: a UUID of version 8 (RFC 9562 §5.8), equal for equal sources. */
function hashSources(): string {
  const hash = createHash('sha256')
  for (const source of ['package-lock.json', 'scripts/make-sbom.ts']) hash.update(readFileSync(path.join(root, source)))
  const digits = hash.digest('hex')
  const fields = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`]
  return [...fields, digits.slice(20, 32)].join('-')
}

async function makeBom(): Promise<object> {
  const server = readManifest('packages/server')
  // Its `--omit dev` leaves out what another workspace needs for its development: so it lists all, and what is needed is found here.
  const bom = JSON.parse(await runNpm(['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'])) as Bom
  const components = new Map(bom.components.map((component) => [component['bom-ref'], component]))
  const edges = new Map(
    bom.dependencies
      .filter(({ ref }) => components.get(ref)?.hashes)
      .map(({ ref, dependsOn }) => [ref, [...dependsOn].sort()]),
  )
  const direct = [server, readManifest('apps/console')].flatMap(listPinned)
  const refs = [...listReachable(edges, direct)].sort()
  const subject = `${server.name}@${server.version}`
  return {
    ...{ bomFormat: 'CycloneDX', specVersion: bom.specVersion, serialNumber, version: 1 },
    metadata: { component: { ...describe(components, subject), type: 'application' } },
    components: refs.map((ref) => describe(components, ref)),
    dependencies: [
      { ref: subject, dependsOn: [...direct].sort() },
      ...refs.map((ref) => ({ ref, dependsOn: edges.get(ref) ?? [] })),
    ],
  }
}

function readManifest(workspace: string): Manifest {
  return JSON.parse(readFileSync(path.join(root, workspace, 'package.json'), 'utf8')) as Manifest
}

/** Every dependency is pinned to one version, which npm names it by. */
function listPinned({ dependencies }: Manifest): string[] {
  return Object.entries(dependencies).map(([name, version]) => `${name}@${version}`)
}

function listReachable(edges: ReadonlyMap<string, readonly string[]>, starts: readonly string[]): Set<string> {
  const reached = new Set(starts)
  for (const ref of reached) for (const next of edges.get(ref) ?? []) reached.add(next)
  return reached
}

function describe(components: ReadonlyMap<string, Component>, ref: string): object {
  const component = components.get(ref)
  if (component === undefined) throw new Error(`npm lists no package ${ref}: pin the version that the lock file has.`)
  const { version, scope, purl, hashes, licenses } = component
  return {
    'bom-ref': ref,
    type: 'library',
    name: ref.slice(0, ref.lastIndexOf('@')),
    version,
    scope,
    purl,
    hashes,
    licenses,
  }
}
