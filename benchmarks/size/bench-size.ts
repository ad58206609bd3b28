import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type Findings, keepResult, type Mark } from '../document/result.ts'

const adapters = ['express', 'fastify', 'hono', 'koa', 'fetch'] as const

interface Size {
  readonly bytes: number
  readonly gzipBytes: number
}

const sizeNotes: readonly string[] = [
  'What a bundler makes of `@ostiary/guard` with all of its exports: esbuild, minified, ES modules for Node; gzip at its default level. It has no dependencies, so this is all there is.',
]

await keepResult('size', async (): Promise<Findings> => {
  const core = await measureBundle([])
  const withAdapters = new Map<string, Size>()
  for (const adapter of adapters) withAdapters.set(adapter, await measureBundle([adapter]))
  return {
    title: 'Size of the guard',
    marks: [judge([...withAdapters.values()])],
    tables: [
      {
        caption: 'Bundled and minified',
        columns: ['', 'minified', 'gzip'],
        rows: [row('core', core), ...[...withAdapters].map(([name, size]) => row(`core and /${name}`, size))],
      },
    ],
    notes: sizeNotes,
    figures: { core, ...Object.fromEntries(withAdapters) },
  }
})

async function measureBundle(chosen: readonly string[]): Promise<Size> {
  const entries = ['@ostiary/guard', ...chosen.map((adapter) => `@ostiary/guard/${adapter}`)]
  const contents = entries.map((entry) => `export * from '${entry}'`).join('\n')
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error('esbuild made no file')
  return { bytes: file.contents.length, gzipBytes: gzipSync(file.contents).length }
}

function judge(sizes: readonly Size[]): Mark {
  const largest = Math.max(...sizes.map(({ gzipBytes }) => gzipBytes))
  return {
    of: 'guard: core and one adapter',
    mark: '≤ 10 kB gzip',
    measured: `${(largest / 1000).toFixed(1)} kB`,
    isMet: largest <= 10_000,
  }
}

function row(name: string, { bytes, gzipBytes }: Size): string[] {
  return [name, `${(bytes / 1000).toFixed(1)} kB`, `${(gzipBytes / 1000).toFixed(1)} kB`]
}
