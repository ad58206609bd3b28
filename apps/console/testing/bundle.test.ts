import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const folder = path.join(import.meta.dirname, '../../../packages/server/dist/console')

test('the first load: at most 180 kB gzip with its styles, and each page at most 40 kB more', () => {
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const first = [...page.matchAll(/"\.\/(assets\/[^"]+)"/g)].map(([, name = '']) => name)
  const gzipBytes = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(path.join(folder, name)), { level: 9 }).length, 0)
  console.log(`console: ${gzipBytes(first)} bytes gzip for ${first.join(', ')}`)
  expect(gzipBytes(first)).toBeLessThanOrEqual(180_000)
  expect(gzipBytes(first)).toBeGreaterThan(50_000)
  const later = globSync('assets/*.js', { cwd: folder }).filter((name) => !first.includes(name))
  expect(later.length).toBeGreaterThan(8)
  for (const name of later) expect([name, gzipBytes([name]) <= 40_000]).toEqual([name, true])
})
