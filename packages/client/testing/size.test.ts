import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundleClient } from './bundle-client.ts'

test('the client: at most 6 kB gzip, and no import', async () => {
  const { text, imports } = await bundleClient('esm')
  const gzipBytes = gzipSync(text).length
  console.log(`client: ${gzipBytes} bytes gzip`)
  expect(imports).toEqual([])
  expect(gzipBytes).toBeGreaterThan(1_000)
  expect(gzipBytes).toBeLessThanOrEqual(6_000)
})

test('the package installs nothing else', async () => {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect([manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
