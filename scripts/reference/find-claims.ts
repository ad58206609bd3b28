import type { Node } from 'oxc-parser'
import { type Citation, parseCitations } from './parse-citations.ts'

/** What a test shows, and one sentence of a specification that asks for it. */
export interface Claim extends Citation {
  readonly claim: string
}

type Call = Extract<Node, { type: 'CallExpression' }>

/** A call such as `it('…', …)`, `test.each(table)('…', …)` or `describe.skipIf(…)('…', …)`. */
interface TitledCall {
  readonly name: string
  readonly title: string
  /** Where the rows of a table have titles of their own: those. */
  readonly rows: readonly string[]
  readonly start: number
  readonly end: number
}

/**
 * The claims of a test file: titles that begin with a citation, rows of tables that do, and what stands in a `describe` that does.
 *
 * @param imported the nodes of modules with tables that the file imports
 */
export function findClaims(nodes: readonly Node[], imported: readonly Node[] = []): Claim[] {
  const calls = nodes.flatMap((node) => readTitledCall(node, [imported, nodes]))
  const groups = calls.filter(({ name }) => name === 'describe')
  const claims = calls.filter(({ name }) => name !== 'describe').flatMap((test) => claimsOf(test, groups))
  // A table that is gone through twice makes its claims once.
  const seen = new Set<string>()
  return claims.flatMap(({ claim, row }) => {
    const key = `${claim.specification} ${claim.section} ${row}`
    if (row !== undefined && seen.has(key)) return []
    seen.add(key)
    return [claim]
  })
}

function claimsOf(test: TitledCall, groups: readonly TitledCall[]): { claim: Claim; row?: string }[] {
  const { title, rows } = test
  const own = parseCitations(title)
  if (own.citations.length > 0) return own.citations.map((citation) => ({ claim: { ...citation, claim: own.claim } }))
  const around = groups.filter(({ start, end }) => start < test.start && test.end < end)
  const ofRows = rows.flatMap((row) => {
    const { citations, claim } = parseCitations(row)
    // A row by itself says little: the group tells what it is a case of.
    const said = [around.at(-1)?.title, title.replace(rowTitle, () => claim)].filter(Boolean).join(': ')
    return citations.map((citation) => ({ claim: { ...citation, claim: said }, row }))
  })
  if (ofRows.length > 0) return ofRows
  const cited = around.map((group) => parseCitations(`${group.title}: `).citations).findLast(({ length }) => length > 0)
  return (cited ?? []).map((citation) => ({ claim: { ...citation, claim: title } }))
}

const rowTitle = /%s|\$title\b/

function readTitledCall(node: Node, places: readonly (readonly Node[])[]): TitledCall[] {
  if (node.type !== 'CallExpression' || isTableCall(node)) return []
  const name = innermostName(node.callee)
  const title = readText(node.arguments[0])
  if (!['it', 'test', 'describe'].includes(name) || title === undefined) return []
  const hasRows = rowTitle.test(title) && node.callee.type === 'CallExpression'
  const rows = hasRows ? readRows((node.callee as Call).arguments[0], node.start, places) : []
  return [{ name, title, rows, start: node.start, end: node.end }]
}

/** `it.each(…)` itself, whose argument is no title. */
function isTableCall({ callee }: Call): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    ['each', 'for', 'skipIf', 'runIf'].includes(callee.property.name)
  )
}

/** `it` of `it.skip.each(table)`. */
function innermostName(node: Node): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'MemberExpression') return innermostName(node.object)
  return node.type === 'CallExpression' ? innermostName(node.callee) : ''
}

/** The titles of a table that stands there or has a name. */
function readRows(table: Node | undefined, before: number, places: readonly (readonly Node[])[]): string[] {
  if (table?.type === 'ArrayExpression') return table.elements.flatMap((row) => readText(titleOfRow(row)) ?? [])
  if (table?.type === 'TSAsExpression') return readRows(table.expression, before, places)
  if (table?.type !== 'Identifier') return []
  const [imported = [], own = []] = places
  const declared = [...imported, ...own.filter(({ start }) => start < before)].findLast(
    (node) => node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === table.name,
  )
  return declared?.type === 'VariableDeclarator' && declared.init ? readRows(declared.init, before, places) : []
}

/** `['a title', …]`, `{ title: 'a title', … }`, `row('a title', …)`, or the title alone. */
function titleOfRow(row: Node | null | undefined): Node | null | undefined {
  if (row?.type === 'ArrayExpression') return row.elements[0]
  if (row?.type === 'CallExpression') return row.arguments[0]
  if (row?.type !== 'ObjectExpression') return row
  const property = row.properties.find(
    (member) => member.type === 'Property' && member.key.type === 'Identifier' && member.key.name === 'title',
  )
  return property?.type === 'Property' ? property.value : undefined
}

function readText(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type !== 'TemplateLiteral') return undefined
  return node.quasis.map(({ value }) => value.cooked ?? '').join('…')
}
