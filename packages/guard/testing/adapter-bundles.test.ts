import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { adapters } from './start-adapter.ts'

const source = join(import.meta.dirname, '../src')

/** Bundles entries as an API would ship them; what isn't ours stays an import. The feed's code is a file of its own. */
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
    outdir: '/',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
  })
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({
    ...output,
    isFeed: output.entryPoint?.endsWith('follow-feed.ts') === true,
    gzipBytes: gzipSync(outputFiles.find((file) => basename(file.path) === basename(path))?.contents ?? '').length,
  }))
  const sum = (isFeed: boolean) =>
    outputs.filter((output) => output.isFeed === isFeed).reduce((bytes, { gzipBytes }) => bytes + gzipBytes, 0)
  return {
    imports: outputs.flatMap((output) => output.imports.filter(({ external }) => external).map(({ path }) => path)),
    gzipBytes: sum(false),
    feedGzipBytes: sum(true),
  }
}

test.each(Object.keys(adapters))(
  'core and /%s: at most 12 kB gzip, of which the adapter is at most 1 kB, and no import but of Node',
  async (adapter) => {
    const core = await bundle('./index.ts')
    const both = await bundle('./index.ts', `./adapters/${adapter}.ts`)
    console.log(`guard: ${core.gzipBytes} bytes gzip, with /${adapter}: ${both.gzipBytes}`)
    expect(both.imports.filter((path) => !path.startsWith('node:'))).toEqual([])
    expect(both.gzipBytes).toBeLessThanOrEqual(12_000)
    expect(both.gzipBytes).toBeGreaterThan(core.gzipBytes)
    expect(both.gzipBytes - core.gzipBytes).toBeLessThanOrEqual(1_000)
  },
)

test('what follows the revocation feed is loaded only then: at most 5 kB gzip', async () => {
  const { feedGzipBytes } = await bundle('./index.ts')
  console.log(`guard: ${feedGzipBytes} bytes gzip for the feed`)
  expect(feedGzipBytes).toBeGreaterThan(1_000)
  expect(feedGzipBytes).toBeLessThanOrEqual(5_000)
})
