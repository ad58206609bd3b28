// Builds and packs the packages once more, elsewhere, below another path, in another time zone and language: the archives must have the bytes of
// those that are packed here. Whoever has the sources of a release can then prove that what is published was made from them.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { packAll, root } from './run-npm.ts'

const execute = promisify(execFile)

const elsewhere = mkdtempSync(path.join(tmpdir(), 'ostiary-built-again-below-another-path-'))
// What git and the compiler make takes its mode from this one, and npm packs modes as they are.
process.umask(0o022)
try {
  await copySources(elsewhere)
  linkInstalled(elsewhere)
  await buildThere(elsewhere)
  const findings = compare(await hashPacked(root, 'here'), await hashPacked(elsewhere, 'there'))
  console.log(
    [...findings, `3 archives, built twice: ${findings.length === 0 ? 'equal bytes' : 'they differ'}`].join('\n'),
  )
  process.exitCode = findings.length === 0 ? 0 : 1
} finally {
  rmSync(elsewhere, { recursive: true, force: true })
}

/** What git knows of, as it stands here; nothing that was built. */
async function copySources(folder: string): Promise<void> {
  const { stdout } = await execute('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const file of stdout.split('\0').filter((name) => name !== '' && !name.startsWith('docs/screenshots/'))) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
    copyFileSync(path.join(root, file), path.join(folder, file))
  }
}

/** The installed packages, as hard links where the file system lets: each workspace finds the packages of its own tree. */
function linkInstalled(folder: string): void {
  const workspaces = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(path.join(root, parent)).map((name) => path.join(parent, name)),
  )
  for (const workspace of ['.', ...workspaces]) {
    const from = path.join(root, workspace, 'node_modules')
    if (lstatSync(from, { throwIfNoEntry: false })) linkTree(from, path.join(folder, workspace, 'node_modules'))
  }
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.name === '.cache') continue
    if (entry.isDirectory()) linkTree(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkOrCopy(source, target)
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target)
  }
}

async function buildThere(folder: string): Promise<void> {
  const binFolder = path.join(folder, 'node_modules/.bin')
  const env = {
    ...process.env,
    PATH: `${binFolder}${path.delimiter}${process.env.PATH ?? ''}`,
    ...{ TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  }
  await execute(path.join(binFolder, 'node'), ['scripts/build.mjs'], { cwd: folder, env })
}

async function hashPacked(project: string, name: string): Promise<Map<string, string>> {
  const destination = path.join(elsewhere, name)
  mkdirSync(destination)
  const packed = await packAll(destination, project)
  return new Map(packed.map(({ filename }) => [filename, hashFile(path.join(destination, filename))]))
}

function hashFile(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

function compare(here: ReadonlyMap<string, string>, there: ReadonlyMap<string, string>): string[] {
  if (here.size !== 3) return [`${here.size} packages were packed instead of 3`]
  return [...here].flatMap(([file, hash]) =>
    there.get(file) === hash ? [] : [`${file}: ${hash} here, ${there.get(file) ?? 'not packed'} elsewhere`],
  )
}
