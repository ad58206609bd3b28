import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'

const packageFolder = path.join(import.meta.dirname, '..')
const read = (file: string) => readFile(path.join(packageFolder, file), 'utf8')

/** What stands between the first backticks of each row of the table under a heading. */
async function readTable(heading: string): Promise<readonly string[]> {
  const section = (await read('README.md')).split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
}

test('the package installs nothing else', async () => {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(await read('package.json'))
  expect([dependencies, optionalDependencies, peerDependencies]).toEqual([undefined, undefined, undefined])
})

test.each([
  ['Options', 'src/client-options.ts', /interface ClientOptions \{(.*?)^\}/ms, /^ {2}readonly (\w+)/gm],
  ['Errors', 'src/client-error.ts', /type ClientErrorCode =(.*?)^\n/ms, /'(\w+)'/g],
  ['Events', 'src/client.ts', /interface ClientEvents \{(.*?)^\}/ms, /^ {2}readonly '?([\w-]+)/gm],
])('the README lists under %s what the source declares, and no other', async (heading, file, block, name) => {
  const [, declared = ''] = block.exec(await read(file)) ?? []
  const names = [...declared.matchAll(name)].map(([, found = '']) => found)
  expect(names.length).toBeGreaterThan(3)
  expect(await readTable(heading)).toEqual(names)
})
