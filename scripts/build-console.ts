// Builds the console into the server's package, unless what it is made of is as it was.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const consoleFolder = path.join(root, 'apps/console')
const outFolder = path.join(root, 'packages/server/dist/console')
const stampFile = path.join(consoleFolder, 'dist/built-from')
/** The packages that it is made of are compiled before: their output is what counts. */
const sources = [
  'apps/console/{index.html,package.json,vite.config.ts}',
  'apps/console/{src,public}/**/*',
  'packages/{client,guard}/dist/**/*.js',
  'package-lock.json',
  'scripts/build-console.ts',
]

const stamp = hashSources()
const isBuilt = existsSync(path.join(outFolder, 'index.html')) && existsSync(stampFile)
if (isBuilt && readFileSync(stampFile, 'utf8') === stamp) process.exit(0)

// Loaded only now: it takes longer than everything above.
const { build } = await import('vite')
await build({ configFile: path.join(consoleFolder, 'vite.config.ts'), logLevel: 'warn' })
compressFiles()
mkdirSync(path.dirname(stampFile), { recursive: true })
writeFileSync(stampFile, stamp)

function hashSources(): string {
  const files = globSync(sources, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile())
  const names = files
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith('.test.ts'))
  const hash = createHash('sha256')
  for (const file of names.sort())
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex')
}

/** Once here, so that no request waits for it. The page itself is made anew for each request. */
function compressFiles(): void {
  for (const name of globSync('**/*.{js,css,svg}', { cwd: outFolder })) {
    const file = path.join(outFolder, name)
    const bytes = readFileSync(file)
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, quality))
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  }
  rmSync(path.join(outFolder, '.vite'), { recursive: true, force: true })
}
