import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { readManifest } from '../measuring/versions-of.ts'

/** What stands on a disk once a package is installed alone. */
export interface InstallSize {
  readonly packages: number
  readonly bytes: number
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Adds up a package and all that it depends on, each once; of what is optional, what this machine has. */
export function measureInstall(name: string): InstallSize {
  const folders = new Set<string>()
  collect(name, path.join(import.meta.dirname, 'index.js'), folders)
  let bytes = 0
  for (const folder of folders) bytes += isOwn(folder) ? measurePacked(folder) : measureFolder(folder)
  return { packages: folders.size, bytes }
}

function collect(name: string, from: string, folders: Set<string>): void {
  const { file, dependencies = {}, optionalDependencies = {} } = readManifest(name, from)
  const folder = path.dirname(file)
  if (folders.has(folder)) return
  folders.add(folder)
  for (const dependency of Object.keys(dependencies)) collect(dependency, file, folders)
  for (const dependency of Object.keys(optionalDependencies)) collectIfThere(dependency, file, folders)
}

function collectIfThere(name: string, from: string, folders: Set<string>): void {
  try {
    collect(name, from, folders)
  } catch {
    // For another system.
  }
}

/** One of this repository: its folder holds more than what is published. */
function isOwn(folder: string): boolean {
  return folder.startsWith(path.join(root, 'packages'))
}

function measurePacked(folder: string): number {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    stdio: 'pipe',
  })
  const [{ unpackedSize = 0 } = {}] = JSON.parse(packed.toString()) as { unpackedSize: number }[]
  return unpackedSize
}

function measureFolder(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += measureFolder(full)
    if (entry.isFile()) bytes += statSync(full).size
  }
  return bytes
}
