import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { adapters } from './start-adapter.ts'

const source = join(import.meta.dirname, '../src')

/** Bundles entries as an API would ship them; what isn't ours stays an import. */
async function bundle(...entries: readonly string[]) {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from '${entry}'`).join('\n'),
      resolveDir: source,
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  return {
    imports: imports.map(({ path }) => path),
    gzipBytes: gzipSync(outputFiles[0]?.contents ?? new Uint8Array()).length,
  }
}

test.each(Object.keys(adapters))(
  'core and /%s: at most 10 kB gzip, of which the adapter is at most 1 kB, and no import but of Node',
  async (adapter) => {
    const core = await bundle('./index.ts')
    const both = await bundle('./index.ts', `./adapters/${adapter}.ts`)
    console.log(`guard: ${core.gzipBytes} bytes gzip, with /${adapter}: ${both.gzipBytes}`)
    expect(both.imports.filter((path) => !path.startsWith('node:'))).toEqual([])
    expect(both.gzipBytes).toBeLessThanOrEqual(10_000)
    expect(both.gzipBytes).toBeGreaterThan(core.gzipBytes)
    expect(both.gzipBytes - core.gzipBytes).toBeLessThanOrEqual(1_000)
  },
)
