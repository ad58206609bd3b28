import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Node, parseSync } from 'oxc-parser'

/** One arrow of a module: an import, a re-export, a dynamic import or an import type. */
export interface Arrow {
  readonly specifier: string
  /** Whether it is gone after compilation. */
  readonly isType: boolean
  readonly line: number
}

export interface SourceModule {
  /** Relative to the project's root, with slashes. */
  readonly file: string
  readonly text: string
  readonly arrows: readonly Arrow[]
  /** All nodes of its syntax tree, parents before children. */
  readonly nodes: readonly Node[]
}

/** Reads a module of the project. The compiler of TypeScript 7 has no interface for programs, so another parser does it. */
export function readModule(root: string, file: string): SourceModule {
  return parseModule(file, readFileSync(path.join(root, file), 'utf8'))
}

/** @throws SyntaxError for a text that is not TypeScript. */
export function parseModule(file: string, text: string): SourceModule {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]?.message}`)
  const nodes: Node[] = []
  collectNodes(program, nodes)
  const arrows = nodes.flatMap((node) => readArrow(node, text))
  return { file, text, arrows, nodes }
}

/** The line that an offset is in, from 1 on. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function collectNodes(value: unknown, into: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collectNodes(item, into)
  } else if (isNode(value)) {
    into.push(value)
    for (const child of Object.values(value)) collectNodes(child, into)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function readArrow(node: Node, text: string): Arrow[] {
  const arrow = (source: unknown, isType: boolean): Arrow[] => {
    if (!isNode(source) || source.type !== 'Literal' || typeof source.value !== 'string') return []
    return [{ specifier: source.value, isType, line: lineAt(text, node.start) }]
  }
  switch (node.type) {
    case 'ImportDeclaration':
      return arrow(node.source, node.importKind === 'type' || isAllTypes(node.specifiers.map(kindOfImport)))
    case 'ExportNamedDeclaration':
      return arrow(node.source, node.exportKind === 'type' || isAllTypes(node.specifiers.map((one) => one.exportKind)))
    case 'ExportAllDeclaration':
      return arrow(node.source, node.exportKind === 'type')
    case 'ImportExpression':
      return arrow(node.source, false)
    case 'TSImportType':
      return arrow(node.source, true)
    default:
      return []
  }
}

function kindOfImport(specifier: { readonly type: string; readonly importKind?: string }): string | undefined {
  return specifier.type === 'ImportSpecifier' ? specifier.importKind : 'value'
}

function isAllTypes(kinds: readonly (string | undefined)[]): boolean {
  return kinds.length > 0 && kinds.every((kind) => kind === 'type')
}
