// Every TypeScript example of these documents compiles as it is printed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const documents = [
  'README.md',
  'docs/guide/impersonation.md',
  'docs/guide/roles-and-permissions.md',
  'docs/guide/second-factors.md',
  'packages/server/README.md',
]

const root = path.join(import.meta.dirname, '..')
const examples = documents.flatMap((document) => {
  const markdown = readFileSync(path.join(root, document), 'utf8')
  const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)]
  return blocks.map(([, text = ''], index) => ({ name: `${document.replaceAll('/', '-')}-${index + 1}.ts`, text }))
})

// Within the project, so that packages are found as anybody's code would find them.
const folder = mkdtempSync(path.join(import.meta.dirname, '.readme-'))
try {
  for (const { name, text } of examples) writeFileSync(path.join(folder, name), text)
  const options = { extends: '../../tsconfig.base.json', compilerOptions: { noEmit: true }, include: ['*.ts'] }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(options))
  const tsc = path.join(root, 'node_modules/.bin/tsc')
  const { status, stdout } = spawnSync(tsc, ['--project', folder, '--pretty', 'false'], { encoding: 'utf8' })
  console.log(`${stdout}${examples.length} examples in ${documents.length} documents`)
  process.exitCode = status === 0 && examples.length >= documents.length ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
