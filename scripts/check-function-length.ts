// The share of lines that stand in long functions: the number that best tells easy code from hard code.
import { globSync } from 'node:fs'
import path from 'node:path'
import { lineAt, readModule, type SourceModule } from './read-module.ts'

const LONGEST_LINES = 60
const LARGEST_SHARE = 0.05

const functionTypes = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

interface LongFunction {
  readonly file: string
  readonly first: number
  readonly last: number
}

/** Functions of more than 60 lines, outermost ones only: a line counts once. */
export function findLongFunctions({ file, text, nodes }: SourceModule): LongFunction[] {
  const long = nodes
    .filter((node) => functionTypes.includes(node.type))
    .map((node) => ({ file, first: lineAt(text, node.start), last: lineAt(text, node.end) }))
    .filter(({ first, last }) => last - first + 1 > LONGEST_LINES)
  return long.filter(
    (inner) => !long.some((outer) => outer !== inner && outer.first <= inner.first && inner.last <= outer.last),
  )
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..')
  const files = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}'], { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  const modules = files.map((file) => readModule(root, file))
  const allLines = modules.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0)
  const long = modules.flatMap(findLongFunctions)
  const share = long.reduce((sum, { first, last }) => sum + last - first + 1, 0) / allLines
  const listed = long.map(({ file, first, last }) => `${file}:${first}: a function of ${last - first + 1} lines`)
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  const sum = `${percent(share)} of ${allLines} lines are in functions of over ${LONGEST_LINES} lines (bound: ${percent(LARGEST_SHARE)})`
  console.log([...listed, sum].join('\n'))
  process.exitCode = share <= LARGEST_SHARE ? 0 : 1
}
