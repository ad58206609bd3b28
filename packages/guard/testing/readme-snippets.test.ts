import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const here = import.meta.dirname
const repository = join(here, '../../..')
const tsc = join(repository, 'node_modules/typescript/bin/tsc')

interface Snippet {
  readonly name: string
  readonly text: string
}

/** Finds the blocks of a Markdown file that name a TypeScript file after their fence. */
function findSnippets(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => ({ name, text }))
}

/** Compiles files together as a user of the package would write them; gives what tsc says, nothing when it is content. */
async function compile(snippets: readonly Snippet[]): Promise<string> {
  const folder = await mkdtemp(join(here, '.readme-'))
  try {
    for (const { name, text } of snippets) await writeFile(join(folder, name), text)
    const options = {
      extends: '../../../../tsconfig.base.json',
      compilerOptions: {
        noEmit: true,
        noUnusedLocals: false,
        types: ['node'],
        // The MCP SDK's own types don't fit each other with it.
        exactOptionalPropertyTypes: false,
        paths: {
          '@ostiary/guard': ['../../src/index.ts'],
          '@ostiary/guard/dpop': ['../../src/dpop/dpop.ts'],
          '@ostiary/guard/mcp': ['../../src/mcp/create-mcp-guard.ts'],
          '@ostiary/guard/*': ['../../src/adapters/*.ts'],
        },
      },
      files: snippets.map(({ name }) => name),
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options))
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--project', folder, '--pretty', 'false'])
    return stdout
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const snippets = findSnippets(await readFile(join(here, '../README.md'), 'utf8'))

const mcpExamples = ['mcp-guard', 'mcp-express', 'mcp-node', 'mcp-fastify', 'mcp-hono', 'mcp-fetch']

test('the example of each framework compiles as it is printed', async () => {
  expect(snippets.map(({ name }) => name)).toEqual(
    [...['permissions', 'bound', 'guard', 'express', 'fastify', 'hono', 'koa', 'fetch'], ...mcpExamples].map(
      (name) => `${name}.ts`,
    ),
  )
  expect(await compile(snippets)).toBe('')
})

test('an example with a mistake would be noticed', async () => {
  const mistaken = snippets.map(({ name, text }) => ({
    name,
    text: text.replaceAll(/\.(subject|toAuthInfo)/g, '.mistake'),
  }))
  const said = await compile(mistaken)
  for (const name of ['express', 'fastify', 'hono', 'koa', 'fetch', ...mcpExamples.slice(1)])
    expect(said).toContain(`${name}.ts(`)
})
