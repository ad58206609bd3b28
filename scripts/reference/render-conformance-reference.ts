import { globSync } from 'node:fs'
import path from 'node:path'
import { readModule } from '../read-module.ts'
import { type Claim, findClaims } from './find-claims.ts'

const root = path.join(import.meta.dirname, '../..')
const folders = ['packages/*/{src,testing}/**/*.test.ts', 'examples/*/*.test.ts', 'conformance/*.test.ts']
const { compare } = new Intl.Collator('en', { numeric: true })

interface LocatedClaim extends Claim {
  readonly file: string
}

/** What is held to which sentence of which specification, from the titles of the tests. */
export function renderConformanceReference(): string {
  const files = globSync(folders, { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
  const claims = files.flatMap((file) => readClaims(file))
  if (claims.length === 0) throw new Error('No test cites a specification.')
  const specifications = new Set(claims.map(({ specification }) => specification))
  return `# Conformance

The tests that begin with the section of a specification: ${claims.length} claims about ${specifications.size} specifications. A claim may
stand for several cases; \`…\` is where they differ. [conformance](../../conformance/README.md) has the journeys of libraries that nobody here
wrote.

| specification | section | claim | test |
|---|---|---|---|
${claims.sort(compareClaims).map(renderRow).join('\n')}
`
}

function readClaims(file: string): LocatedClaim[] {
  const { nodes, arrows } = readModule(root, file)
  // Tables that several tests share stand in testing/.
  const tables = arrows.filter(({ specifier, isType }) => !isType && /^\.\.?\/(.*\/)?testing\//.test(specifier))
  const imported = tables.flatMap(
    ({ specifier }) => readModule(root, path.posix.join(path.posix.dirname(file), specifier)).nodes,
  )
  return findClaims(nodes, imported).map((claim) => ({ ...claim, file }))
}

function compareClaims(one: LocatedClaim, other: LocatedClaim): number {
  return (
    compare(one.specification, other.specification) ||
    compare(one.section, other.section) ||
    compare(one.file, other.file) ||
    compare(one.claim, other.claim)
  )
}

function renderRow({ specification, section, claim, file }: LocatedClaim): string {
  return `| ${specification} | ${section} | ${renderClaim(claim)} | [${path.posix.basename(file, '.test.ts')}](../../${file}) |`
}

/** With placeholders of the test runner as `…`, and nothing that Markdown takes for more than text. */
function renderClaim(claim: string): string {
  return claim
    .replaceAll(/%(?:\.\d+)?[sdijo]|\$\w+/g, '…')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\|<*`[\]]/g, (character) => `\\${character}`)
}
