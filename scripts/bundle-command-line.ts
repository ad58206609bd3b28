// The command line starts from one file: loading a thousand small ones takes longer than everything else at its start.
// What holds native code, or is loaded for one command only, stays a package of its own.
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'

const server = fileURLToPath(new URL('../packages/server/', import.meta.url))
const folder = path.join(server, 'dist/bundle')

const { metafile, outputFiles } = await build({
  absWorkingDir: server,
  entryPoints: {
    bin: 'src/cli/bin.ts',
    // A thread starts from a file, which its starter looks for beside itself.
    'hash-worker': 'src/domain/credentials/schemes/hash-worker.ts',
  },
  outdir: folder,
  bundle: true,
  // What is imported dynamically, such as PostgreSQL's driver, becomes a file that is loaded when it is needed.
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  external: ['@clack/prompts', '@node-rs/argon2', '@zxcvbn-ts/language-common', 'pg-native'],
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  metafile: true,
  write: false,
  logLevel: 'warning',
})

replaceFolder([
  ...outputFiles,
  { path: path.join(folder, 'THIRD-PARTY-LICENSES.txt'), contents: Buffer.from(collectLicenses(metafile)) },
])
linkCommand()

/** Each file is replaced whole, and only when it differs: a command that runs meanwhile finds all that it still loads. */
function replaceFolder(files: readonly { readonly path: string; readonly contents: Uint8Array }[]): void {
  mkdirSync(folder, { recursive: true })
  for (const { path: file, contents } of files) {
    if (existsSync(file) && readFileSync(file).equals(contents)) continue
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, contents)
    renameSync(draft, file)
  }
  const wanted = new Set(files.map((file) => path.basename(file.path)))
  for (const name of readdirSync(folder)) if (!wanted.has(name)) rmSync(path.join(folder, name), { recursive: true })
}

/** Makes `npx ostiary` work in a checkout: npm links only what is there when it installs, and this is built later. */
function linkCommand(): void {
  const command = path.join(folder, 'bin.js')
  chmodSync(command, 0o755)
  const binFolder = path.join(server, '../../node_modules/.bin')
  if (process.platform === 'win32') return
  rmSync(path.join(binFolder, 'ostiary'), { force: true })
  symlinkSync(path.relative(binFolder, command), path.join(binFolder, 'ostiary'))
}

/** The licence of every package whose code is in the bundle: their terms ask that it goes along. */
function collectLicenses({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  const packages = [...new Set(folders)].filter((one) => one !== undefined).sort()
  return packages.map((one) => describeLicense(path.resolve(server, one))).join(`\n${'='.repeat(80)}\n\n`)
}

function describeLicense(packageFolder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'))
  const [file] = globSync('{LICENSE,LICENCE,license,License}*', { cwd: packageFolder })
  const text =
    file && existsSync(path.join(packageFolder, file)) ? readFileSync(path.join(packageFolder, file), 'utf8') : ''
  return `${name} ${version} (${license})\n\n${text.trim()}\n`
}
