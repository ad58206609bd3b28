import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** A file of the built console, in the best coding that is at hand and asked for. */
export interface ConsoleFile {
  readonly body: Buffer
  readonly contentType: string
  /** Absent: as it is. */
  readonly encoding: 'br' | 'gzip' | undefined
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const codings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/** The files that the console was built into. Undefined where it was not built. */
export class ConsoleFiles {
  readonly #folder: string
  /** With slashes, relative to the folder: nothing else is ever read. */
  readonly #names: ReadonlySet<string>

  private constructor(folder: string, names: ReadonlySet<string>) {
    this.#folder = folder
    this.#names = names
  }

  static open(folder: string = consoleFolder()): ConsoleFiles | undefined {
    if (!existsSync(path.join(folder, 'index.html'))) return undefined
    const names = globSync('**/*.{js,css,svg,br,gz}', { cwd: folder }).map((name) => name.replaceAll(path.sep, '/'))
    return new ConsoleFiles(folder, new Set(names))
  }

  /** The page, with the places where its files and its nonce are to be put. */
  readPage(): Promise<string> {
    return readFile(path.join(this.#folder, 'index.html'), 'utf8')
  }

  /** Undefined for a name that is none of the console's. */
  async find(name: string, acceptEncoding: string): Promise<ConsoleFile | undefined> {
    const contentType = contentTypes[path.extname(name)]
    if (contentType === undefined || !this.#names.has(name)) return undefined
    const accepted = acceptedCodings(acceptEncoding)
    const coding = codings.find(([one, suffix]) => accepted.has(one) && this.#names.has(`${name}${suffix}`))
    const body = await readFile(path.join(this.#folder, `${name}${coding?.[1] ?? ''}`))
    return { body, contentType, encoding: coding?.[0] }
  }
}

/** RFC 9110 §12.5.3, as far as two codings need it: what is named, unless with the weight zero. */
function acceptedCodings(header: string): ReadonlySet<string> {
  // Blanks are cut off one part at a time: an expression that looks for them before each sign takes a second for a header full of them.
  const named = header.split(',').map((one) => one.split(';').map((part) => part.trim().toLowerCase()))
  return new Set(named.filter(([, weight]) => !/^q=0(\.0*)?$/.test(weight ?? '')).map(([name = '']) => name))
}

/** Beside the code, whether that runs from its sources, compiled, or from the bundle of the command line. */
function consoleFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder))
    folder = path.dirname(folder)
  return path.join(folder, 'dist/console')
}
