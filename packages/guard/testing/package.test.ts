import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { optionRules } from '../src/parse-options.ts'
import { refusalAnswers } from '../src/request/refusal-answers.ts'

const packageFolder = join(import.meta.dirname, '..')

test('the package installs nothing else', async () => {
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  expect([manifest.dependencies, manifest.optionalDependencies]).toEqual([undefined, undefined])
  // What an adapter takes its types from is there, or the adapter isn't used.
  for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
    expect(manifest.peerDependenciesMeta?.[peer]).toEqual({ optional: true })
  }
})

/** The rows of the table under a heading: what stands between the first backticks of each, and the whole row. */
async function readTable(heading: string): Promise<ReadonlyMap<string, string>> {
  const readme = await readFile(join(packageFolder, 'README.md'), 'utf8')
  const section = readme.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return new Map(rows.map((row) => [row.match(/`([^`]+)`/)?.[1] ?? '', row]))
}

test('the README lists every option, and no other', async () => {
  expect([...(await readTable('Options')).keys()]).toEqual(Object.keys(optionRules))
})

test('the README lists every error code with its status and sentence, and no other', async () => {
  const rows = await readTable('Answers')
  expect([...rows.keys()]).toEqual(Object.keys(refusalAnswers))
  for (const [code, { status, message }] of Object.entries(refusalAnswers)) {
    expect(rows.get(code)).toContain(`| ${status} | ${message} |`)
  }
})
