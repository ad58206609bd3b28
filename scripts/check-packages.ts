// Packs the packages as they would be published, and looks at what is in the box: publint, are-the-types-wrong, our own list.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Packed, packAll, root } from './run-npm.ts'

const execute = promisify(execFile)
const bin = path.join(root, 'node_modules/.bin')

function findWrongFiles({ name, files }: Packed): string[] {
  const paths = files.map((file) => file.path)
  const missing = ['README.md', 'LICENSE'].filter((file) => !paths.includes(file))
  const surplus = paths.filter((file) => /\.tsbuildinfo$|\.test\.|(^|\/)(testing|src)\//.test(file))
  return [
    ...missing.map((file) => `${name}: ${file} is missing`),
    ...surplus.map((file) => `${name}: ${file} does not belong in it`),
  ]
}

/** What the bundle is made of by its licences, and the bill of materials does not list. */
function findUnlisted(): string[] {
  const dist = path.join(root, 'packages/server/dist')
  const bom = readFileSync(path.join(dist, 'sbom.cdx.json'), 'utf8')
  const licences = readFileSync(path.join(dist, 'bundle/THIRD-PARTY-LICENSES.txt'), 'utf8')
  const bundled = [...licences.matchAll(/^(\S+) (\d\S*) \(.*\)$/gm)].map(([, name, version]) => `${name}@${version}`)
  if (bundled.length < 20) return [`THIRD-PARTY-LICENSES.txt names ${bundled.length} packages only`]
  return bundled.filter((one) => !bom.includes(`"bom-ref": "${one}"`)).map((one) => `sbom.cdx.json: ${one} is missing`)
}

/** What a tool prints when it refuses the package; nothing when it is content. */
async function lint(tool: string, args: readonly string[]): Promise<string[]> {
  try {
    await execute(path.join(bin, tool), args, { cwd: root })
    return []
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return [`${tool} ${args.join(' ')}`, `${stdout}${stderr}`.trim()]
  }
}

async function inspect(folder: string, packed: Packed): Promise<string[]> {
  const tarball = path.join(folder, packed.filename)
  return [
    ...findWrongFiles(packed),
    ...(await lint('publint', ['run', tarball, '--strict'])),
    // Published for import alone; `require` of an ES module works in every Node that we support.
    ...(await lint('attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-color', '--no-emoji'])),
  ]
}

const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-packed-'))
try {
  const packages = await packAll(folder)
  const findings = [...findUnlisted(), ...(await Promise.all(packages.map((packed) => inspect(folder, packed)))).flat()]
  const sizes = packages.map(({ name, size, files }) => `${name} ${Math.ceil(size / 1000)} kB, ${files.length} files`)
  console.log([...findings, sizes.join('; ')].join('\n'))
  process.exitCode = findings.length === 0 && packages.length === 3 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
