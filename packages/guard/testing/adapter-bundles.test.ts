import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { adapters } from './start-adapter.ts'

const source = join(import.meta.dirname, '../src')

/** Bundles entries as an API would ship them; what isn't ours stays an import. `feed` is what is loaded only by a guard that follows one. */
async function bundle(...entries: readonly string[]) {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from '${entry}'`).join('\n'),
      resolveDir: source,
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    outdir: 'bundle',
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  const later = new Set(imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => basename(path)))
  const measure = (isLater: boolean): number => {
    const files = outputFiles.filter(({ path }) => later.has(basename(path)) === isLater)
    return gzipSync(Buffer.concat(files.map(({ contents }) => contents))).length
  }
  return {
    imports: imports.filter(({ external }) => external).map(({ path }) => path),
    coreBytes: measure(false),
    feedBytes: measure(true),
  }
}

test.each(Object.keys(adapters))(
  'core and /%s: at most 12.8 kB gzip, of which the adapter is at most 1 kB, 8 kB more to follow a feed, and no import but of Node',
  async (adapter) => {
    const core = await bundle('./index.ts')
    const both = await bundle('./index.ts', `./adapters/${adapter}.ts`)
    console.log(`guard: ${core.coreBytes} bytes gzip, with /${adapter}: ${both.coreBytes}, the feed: ${both.feedBytes}`)
    expect(both.imports.filter((path) => !path.startsWith('node:'))).toEqual([])
    expect(both.coreBytes).toBeLessThanOrEqual(12_800)
    expect(both.coreBytes).toBeGreaterThan(core.coreBytes)
    expect(both.coreBytes - core.coreBytes).toBeLessThanOrEqual(1_000)
    expect(both.feedBytes).toBeGreaterThan(1_000)
    expect(both.feedBytes).toBeLessThanOrEqual(8_000)
  },
)

test('/mcp: at most 2 kB gzip more, of which a guard without it loads nothing', async () => {
  const core = await bundle('./index.ts')
  const both = await bundle('./index.ts', './mcp/create-mcp-guard.ts')
  console.log(`guard: ${core.coreBytes} bytes gzip, with /mcp: ${both.coreBytes}`)
  expect(both.imports.filter((path) => !path.startsWith('node:'))).toEqual([])
  expect(both.coreBytes).toBeGreaterThan(core.coreBytes)
  expect(both.coreBytes - core.coreBytes).toBeLessThanOrEqual(2_000)
})

test('/dpop: at most 3 kB gzip more, of which a guard without it loads nothing', async () => {
  const core = await bundle('./index.ts')
  const both = await bundle('./index.ts', './dpop/dpop.ts')
  console.log(`guard: ${core.coreBytes} bytes gzip, with /dpop: ${both.coreBytes}`)
  expect(both.imports.filter((path) => !path.startsWith('node:'))).toEqual([])
  expect(both.coreBytes - core.coreBytes).toBeGreaterThan(1_000)
  expect(both.coreBytes - core.coreBytes).toBeLessThanOrEqual(3_000)
})
