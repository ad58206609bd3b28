import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Where the project's package.json is. */
export const root: string = path.join(import.meta.dirname, '..')

/** What a command of npm prints: of the npm that was called, where this runs as one of its scripts; else of the one on the path. */
export async function runNpm(args: readonly string[], folder: string = root): Promise<string> {
  const npm = process.env.npm_execpath
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 }
  const { stdout } = await (npm
    ? execute(process.execPath, [npm, ...args, '--loglevel=error'], options)
    : execute('npm', [...args, '--loglevel=error'], options))
  return stdout
}

export interface Packed {
  readonly name: string
  readonly filename: string
  readonly size: number
  readonly integrity: string
  readonly files: readonly { readonly path: string }[]
}

/** Packs the three packages as they would be published into a folder; they have been built before. */
export async function packAll(destination: string, project: string = root): Promise<Packed[]> {
  const workspaces = ['packages/guard', 'packages/client', 'packages/server'].flatMap((one) => ['--workspace', one])
  const args = ['pack', '--json', '--ignore-scripts', ...workspaces, '--pack-destination', destination]
  const packed: unknown = JSON.parse(await runNpm(args, project))
  // Newer releases of npm answer with an object by name.
  return (Array.isArray(packed) ? packed : Object.values(packed as object)) as Packed[]
}
