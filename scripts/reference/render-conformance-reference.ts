import { globSync } from 'node:fs'
import path from 'node:path'
import { readModule } from '../read-module.ts'
import { type Claim, findClaims } from './find-claims.ts'
import { type OpenidPlan, openidPlans } from './openid-plans.ts'

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

## The plans of the OpenID conformance suite

The suite itself needs Java, MongoDB and a public address, and has not been run. These are its plans, check by check, with the test that stands
for each check here, or why none does.

${openidPlans.map((plan) => renderPlan(plan, claims)).join('\n\n')}
`
}

/** @throws Error for a check whose claim no test makes. */
function renderPlan({ name, checks }: OpenidPlan, claims: readonly LocatedClaim[]): string {
  const covered = checks.filter(([, claim]) => !claim.startsWith('not: ')).length
  const rows = checks.map(([module, claim]) => `| \`${module}\` | ${renderCheck(module, claim, claims)} |`)
  return `### ${name}\n\n${covered} of ${checks.length} checks have a test.\n\n| check | test |\n|---|---|\n${rows.join('\n')}`
}

function renderCheck(module: string, claim: string, claims: readonly LocatedClaim[]): string {
  if (claim.startsWith('not: ')) return `none: ${claim.slice(5)}`
  const found = claims.find((each) => renderClaim(each.claim).startsWith(renderClaim(claim)))
  if (!found) throw new Error(`scripts/reference/openid-plans.ts, ${module}: no test claims "${claim}…"`)
  return `[${renderClaim(found.claim)}](../../${found.file})`
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
