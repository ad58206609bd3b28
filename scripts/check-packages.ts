// Packs the packages as they would be published, and looks at what is in the box: publint, are-the-types-wrong, our own list.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const root = path.join(import.meta.dirname, '..')
const bin = path.join(root, 'node_modules/.bin')
const published = ['packages/guard', 'packages/client', 'packages/server']

interface Packed {
  readonly name: string
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

async function packAll(folder: string): Promise<Packed[]> {
  const workspaces = published.flatMap((workspace) => ['--workspace', workspace])
  const npm = process.env.npm_execpath
  const args = ['pack', '--json', '--loglevel=error', '--ignore-scripts', ...workspaces, '--pack-destination', folder]
  const { stdout } = await (npm
    ? execute(process.execPath, [npm, ...args], { cwd: root })
    : execute('npm', args, { cwd: root }))
  const packed: unknown = JSON.parse(stdout)
  // Newer releases of npm answer with an object by name.
  return (Array.isArray(packed) ? packed : Object.values(packed as object)) as Packed[]
}

function findWrongFiles({ name, files }: Packed): string[] {
  const paths = files.map((file) => file.path)
  const missing = ['README.md', 'LICENSE'].filter((file) => !paths.includes(file))
  const surplus = paths.filter((file) => /\.tsbuildinfo$|\.test\.|(^|\/)(testing|src)\//.test(file))
  return [
    ...missing.map((file) => `${name}: ${file} is missing`),
    ...surplus.map((file) => `${name}: ${file} does not belong in it`),
  ]
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
  const findings = (await Promise.all(packages.map((packed) => inspect(folder, packed)))).flat()
  const sizes = packages.map(({ name, size, files }) => `${name} ${Math.ceil(size / 1000)} kB, ${files.length} files`)
  console.log([...findings, sizes.join('; ')].join('\n'))
  process.exitCode = findings.length === 0 && packages.length === published.length ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
