import type { OperationNode, RootOperationNode } from 'kysely'
import { distribution } from '../src/domain/schema/distribution.ts'

/** Where a statement would have to look for the rows of one table, if the schema were spread over several nodes. */
export interface TableAccess {
  readonly table: string
  readonly verb: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'
  /** `one`: the node of one key. `some`: those of a list of keys. `any`: the nearest copy. `all`: every node has to be asked, or to be written. */
  readonly nodes: 'one' | 'some' | 'any' | 'all'
}

/** What a statement asks of each table that it names, its own subqueries included. */
export function locateStatement(root: RootOperationNode): readonly TableAccess[] {
  const found: TableAccess[] = []
  visit(root, found)
  return found
}

interface TableName {
  readonly table: string
  readonly alias: string
}

function visit(node: OperationNode, found: TableAccess[]): void {
  const verb = verbs[node.kind]
  if (verb !== undefined) {
    const names = listTables(node)
    const bound = listBound(node, names)
    for (const { table, alias } of names) found.push({ table, verb, nodes: locate(table, verb, bound.get(alias)) })
  }
  for (const child of childrenOf(node)) visit(child, found)
}

const verbs: Readonly<Record<string, TableAccess['verb']>> = {
  SelectQueryNode: 'SELECT',
  InsertQueryNode: 'INSERT',
  UpdateQueryNode: 'UPDATE',
  DeleteQueryNode: 'DELETE',
}

function locate(table: string, verb: TableAccess['verb'], bound: Bound | undefined): TableAccess['nodes'] {
  const place = distribution[table]
  if (place === undefined) throw new Error(`${table} has no distribution`)
  if (place.kind === 'one-node') return 'one'
  if (place.kind === 'spread') return bound?.get(place.column) ?? 'all'
  return verb === 'SELECT' ? 'any' : 'all'
}

/** Columns of one table, each with whether one value or some are asked for. */
type Bound = Map<string, 'one' | 'some'>

function listTables(node: OperationNode): readonly TableName[] {
  const { from, into, table, joins } = node as unknown as {
    readonly from?: { readonly froms: readonly OperationNode[] }
    readonly into?: OperationNode
    readonly table?: OperationNode
    readonly joins?: readonly { readonly table: OperationNode }[]
  }
  const nodes = [...(from?.froms ?? []), into, table, ...(joins ?? []).map((join) => join.table)]
  return nodes.flatMap((one) => (one === undefined ? [] : (nameOf(one) ?? [])))
}

function nameOf(node: OperationNode): TableName | undefined {
  if (node.kind === 'AliasNode') {
    const { node: aliased, alias } = node as unknown as { node: OperationNode; alias: { name: string } }
    const name = nameOf(aliased)
    return name && { ...name, alias: alias.name }
  }
  if (node.kind !== 'TableNode') return undefined
  const table = (node as unknown as { table: { identifier: { name: string } } }).table.identifier.name
  return { table, alias: table }
}

/** What conditions that all must hold say about columns, and the values of an INSERT. */
function listBound(node: OperationNode, names: readonly TableName[]): Map<string, Bound> {
  const bound = new Map(names.map(({ alias }): [string, Bound] => [alias, new Map()]))
  if (node.kind === 'InsertQueryNode') bindInserted(node, bound.get(names[0]?.alias ?? ''))
  const { where, joins } = node as unknown as {
    readonly where?: { readonly where: OperationNode }
    readonly joins?: readonly { readonly on?: { readonly on: OperationNode } }[]
  }
  const conditions = [where?.where, ...(joins ?? []).map((join) => join.on?.on)].flatMap(flatten)
  for (const condition of conditions) bindByValue(condition, names, bound)
  // A join passes a value on, and so once more for each further table.
  for (const _ of names) for (const condition of conditions) bindByJoin(condition, names, bound)
  return bound
}

function bindInserted(node: OperationNode, bound: Bound | undefined): void {
  const { columns = [], values } = node as unknown as {
    readonly columns?: readonly { readonly column: { readonly name: string } }[]
    readonly values?: OperationNode & { readonly values?: readonly unknown[] }
  }
  if (values?.kind === 'SelectQueryNode') bindSelected(values, columns, bound)
  if (values?.values === undefined) return
  for (const { column } of columns) bound?.set(column.name, values.values.length === 1 ? 'one' : 'some')
}

/** Of what a SELECT inserts only those columns are known that are the same value in every row. */
function bindSelected(
  select: OperationNode,
  columns: readonly { readonly column: { readonly name: string } }[],
  bound: Bound | undefined,
): void {
  const { selections = [] } = select as unknown as {
    readonly selections?: readonly { readonly selection: { readonly kind: string; readonly node?: OperationNode } }[]
  }
  for (const [at, { selection }] of selections.entries()) {
    const name = columns[at]?.column.name
    if (name !== undefined && selection.node?.kind === 'ValueNode') bound?.set(name, 'one')
  }
}

function flatten(node: OperationNode | undefined): readonly OperationNode[] {
  if (node === undefined) return []
  if (node.kind === 'ParensNode') return flatten((node as unknown as { node: OperationNode }).node)
  if (node.kind !== 'AndNode') return [node]
  const { left, right } = node as unknown as { left: OperationNode; right: OperationNode }
  return [...flatten(left), ...flatten(right)]
}

interface Comparison {
  readonly leftOperand: OperationNode
  readonly operator: { readonly operator: string }
  readonly rightOperand: OperationNode
}

function bindByValue(node: OperationNode, names: readonly TableName[], bound: Map<string, Bound>): void {
  if (node.kind !== 'BinaryOperationNode') return
  const { leftOperand, operator, rightOperand } = node as unknown as Comparison
  const left = columnOf(leftOperand, names)
  if (left === undefined || columnOf(rightOperand, names) !== undefined) return
  if (operator.operator === '=') bound.get(left.alias)?.set(left.column, 'one')
  if (operator.operator === 'in' && isList(rightOperand)) bound.get(left.alias)?.set(left.column, 'some')
}

function isList({ kind }: OperationNode): boolean {
  return kind === 'PrimitiveValueListNode' || kind === 'ValueListNode'
}

/** Rows that are joined lie together only where both tables are spread by the columns that are compared, in one group. */
function bindByJoin(node: OperationNode, names: readonly TableName[], bound: Map<string, Bound>): void {
  if (node.kind !== 'BinaryOperationNode') return
  const { leftOperand, operator, rightOperand } = node as unknown as Comparison
  const [left, right] = [columnOf(leftOperand, names), columnOf(rightOperand, names)]
  if (operator.operator !== '=' || left === undefined || right === undefined) return
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    const known = bound.get(from.alias)?.get(from.column)
    if (known !== undefined && groupOf(from) !== undefined && groupOf(from) === groupOf(to))
      bound.get(to.alias)?.set(to.column, known)
  }
}

interface ColumnName extends TableName {
  readonly column: string
}

function groupOf({ table, column }: ColumnName): string | undefined {
  const place = distribution[table]
  return place?.kind === 'spread' && place.column === column ? place.group : undefined
}

function columnOf(node: OperationNode, names: readonly TableName[]): ColumnName | undefined {
  if (node.kind !== 'ReferenceNode') return undefined
  const { table, column } = node as unknown as {
    readonly table?: OperationNode
    readonly column: { readonly column?: { readonly name: string } }
  }
  const alias = table === undefined ? names[0]?.alias : nameOf(table)?.alias
  const name = names.find((one) => one.alias === alias)
  return name && column.column && { ...name, column: column.column.name }
}

function childrenOf(node: OperationNode): readonly OperationNode[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
}

function isNode(value: unknown): value is OperationNode {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}
