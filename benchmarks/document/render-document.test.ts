import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareCosts, compareRates, renderBetterPeers } from './peer-figure.ts'
import { listResults, renderDocument } from './render-document.ts'
import { committedResults } from './result.ts'

const docs = new URL('../../docs/', import.meta.url)

test('the page and its plots are what the committed results render to: nobody writes there by hand', () => {
  const results = listResults(committedResults)
  expect(results.filter(({ isQuick }) => isQuick)).toEqual([])
  expect(readFileSync(new URL('benchmarks.md', docs), 'utf8')).toBe(renderDocument(results))
  for (const { file, svg } of results.flatMap(({ plots = [] }) => plots))
    expect(readFileSync(new URL(`benchmarks/${file}`, docs), 'utf8')).toBe(svg)
})

test('a peer that is better is named, the largest difference first; what can’t be told apart is not', () => {
  const rate = (peer: string, own: number, theirs: number) => compareRates({ what: 'tokens', peer }, [own], [theirs])
  const page = renderBetterPeers([
    rate('as fast', 100, 102),
    rate('a bit faster', 100, 110),
    rate('slower', 100, 20),
    compareCosts({ what: 'memory', peer: 'smaller' }, [90], [45], (value) => `${value} MB`),
  ])
  expect(page).toContain('## Where a peer is better: 2 of 4 comparisons')
  expect(
    page
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2),
  ).toEqual([
    '| memory | smaller | 45 MB | 90 MB | 2.00 × |',
    '| tokens | a bit faster | 110 per second | 100 per second | 1.10 × |',
  ])
})
