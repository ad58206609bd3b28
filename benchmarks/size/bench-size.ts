import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type OutputFile } from 'esbuild'
import { type Findings, keepResult, type Mark } from '../document/result.ts'

const adapters = ['express', 'fastify', 'hono', 'koa', 'fetch'] as const

interface Size {
  readonly bytes: number
  readonly gzipBytes: number
}

/** What every API loads, and what only one that follows a feed does. */
interface BundleSizes {
  readonly always: Size
  readonly feed: Size
}

const sizeNotes: readonly string[] = [
  'What a bundler makes of `@ostiary/guard` with all of its exports: esbuild, minified, ES modules for Node; gzip at its default level. It has no dependencies, so this is all there is. The files that are loaded only to follow a revocation feed are counted by themselves.',
]

await keepResult('size', async (): Promise<Findings> => {
  const core = await measureBundle([])
  const withAdapters = new Map<string, Size>()
  for (const adapter of adapters) withAdapters.set(adapter, (await measureBundle([adapter])).always)
  return {
    title: 'Size of the guard',
    marks: [judge([...withAdapters.values()])],
    tables: [
      {
        caption: 'Bundled and minified',
        columns: ['', 'minified', 'gzip'],
        rows: [
          row('core', core.always),
          ...[...withAdapters].map(([name, size]) => row(`core and /${name}`, size)),
          row('to follow a feed, besides', core.feed),
        ],
      },
    ],
    notes: sizeNotes,
    figures: { core, ...Object.fromEntries(withAdapters) },
  }
})

async function measureBundle(chosen: readonly string[]): Promise<BundleSizes> {
  const entries = ['@ostiary/guard', ...chosen.map((adapter) => `@ostiary/guard/${adapter}`)]
  const contents = entries.map((entry) => `export * from '${entry}'`).join('\n')
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    splitting: true,
    outdir: '/',
    metafile: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  const feedFiles = Object.entries(metafile.outputs)
    .filter(([, { entryPoint = '' }]) => entryPoint.includes('/feed/'))
    .map(([file]) => path.basename(file))
  const isFeed = (file: OutputFile): boolean => feedFiles.includes(path.basename(file.path))
  return { always: sum(outputFiles.filter((file) => !isFeed(file))), feed: sum(outputFiles.filter(isFeed)) }
}

function sum(files: readonly OutputFile[]): Size {
  const add = (of: (file: OutputFile) => number): number => files.reduce((total, file) => total + of(file), 0)
  return { bytes: add(({ contents }) => contents.length), gzipBytes: add(({ contents }) => gzipSync(contents).length) }
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
