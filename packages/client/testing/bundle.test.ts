import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the client: at most 6 kB gzip, and no import', async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  })
  const gzipBytes = gzipSync(outputFiles[0]?.contents ?? new Uint8Array()).length
  console.log(`client: ${gzipBytes} bytes gzip`)
  expect(Object.values(metafile.outputs).flatMap((output) => output.imports)).toEqual([])
  expect(gzipBytes).toBeLessThanOrEqual(6_000)
  expect(gzipBytes).toBeGreaterThan(1_000)
})
