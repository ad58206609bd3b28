import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ObjectExpression, ObjectProperty } from 'oxc-parser'
import { makeRefusal, refusalAnswers } from '../../packages/guard/src/request/refusal-answers.ts'
import { readModule, type SourceModule } from '../read-module.ts'

const root = path.join(import.meta.dirname, '../..')

/** Every code that a program may meet: the guard's from its table, the server's and the command line's from their sources. */
export function renderErrorsReference(): string {
  return `# Error codes

Codes are for programs and stay; sentences are for people and may become better.

## What a guard answers

The body is \`{"error": "<code>", "error_description": "<sentence>"}\`, unless the API shapes it. The sentence never says which
check failed: that goes to the guard's \`log\` option alone.

| code | status | sentence | header |
|---|---|---|---|
${renderRefusals().join('\n')}

A 503 is no verdict on the token: the guard could not get the issuer's keys. Clients keep the token and try again.

The checks that a refusal's private reason may name, in the order in which they are made:
${readCheckNames()
  .map((name) => `\`${name}\``)
  .join(', ')}.

## What the server answers

The body is \`application/problem+json\` (RFC 9457) with \`code\`, \`detail\` and \`incident_id\`, which is the \`requestId\` of the
log line with the reason; who asks for \`text/html\` gets a page with the same words.

| code | status | sentences |
|---|---|---|
${renderProblems().join('\n')}

## What the command line answers

| code | sentences |
|---|---|
${renderCommandErrors().join('\n')}
| \`configuration\` | a [setting](settings.md) is wrong; the sentence names it |
| \`internal_error\` | a bug of ours, with its stack |

Failures of the database have their own codes:

| code | meaning |
|---|---|
${renderDatabaseErrors().join('\n')}
`
}

function renderRefusals(): string[] {
  return Object.entries(refusalAnswers).map(([code, { status, message }]) => {
    const retryAfter = status === 503 ? 1 : undefined
    const { headers } = makeRefusal(code as keyof typeof refusalAnswers, undefined, retryAfter)
    const shown = Object.entries(headers).map(([name, value]) => `\`${name}: ${status === 503 ? '…' : value}\``)
    return `| \`${code}\` | ${status} | ${message} | ${shown.join(', ')} |`
  })
}

function readCheckNames(): string[] {
  const { nodes } = readModule(root, 'packages/guard/src/guard-event.ts')
  for (const node of nodes) {
    if (node.type !== 'TSTypeAliasDeclaration' || node.id.name !== 'CheckName') continue
    if (node.typeAnnotation.type !== 'TSUnionType') break
    return node.typeAnnotation.types.flatMap((type) =>
      type.type === 'TSLiteralType' && type.literal.type === 'Literal' ? String(type.literal.value) : [],
    )
  }
  throw new Error('guard-event.ts has no union of check names')
}

interface CodedError {
  readonly code: string
  readonly status: string
  readonly sentence: string
}

function renderProblems(): string[] {
  const modules = readSources('packages/server/src/{platform/http,endpoints}/**/*.ts')
  return groupByCode(modules.flatMap(findProblems)).map(
    ([code, found]) => `| \`${code}\` | ${listOnce(found, 'status').join(', ')} | ${describe(found)} |`,
  )
}

/** `new Problem({ status, code, detail })`, and the table of what Fastify refuses by itself. */
function findProblems(module: SourceModule): CodedError[] {
  return module.nodes.flatMap((node): CodedError[] => {
    if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === 'Problem') {
      const [details] = node.arguments
      if (details?.type !== 'ObjectExpression') throw new Error(`${module.file}: a Problem without its details at hand`)
      return readDetails(module, details)
    }
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === 'DETAILS') {
      return node.init?.type === 'ObjectExpression' ? readTable(module, node.init) : []
    }
    return []
  })
}

function readDetails(module: SourceModule, details: ObjectExpression): CodedError[] {
  const member = (name: string) =>
    readTexts(
      module,
      details.properties.find((property) => nameOf(property) === name),
    )
  const status = member('status')[0] ?? ''
  const sentence = member('detail')[0] ?? ''
  return member('code').map((code) => ({ code, status, sentence }))
}

/** `{ 413: ['body_too_large', 'The body is …'] }` */
function readTable(module: SourceModule, table: ObjectExpression): CodedError[] {
  return table.properties.flatMap((property) => {
    if (property.type !== 'Property' || property.value.type !== 'ArrayExpression') return []
    const [code, sentence] = property.value.elements.map((element) =>
      element ? readTexts(module, element)[0] : undefined,
    )
    return code === undefined ? [] : [{ code, status: nameOf(property) ?? '', sentence: sentence ?? '' }]
  })
}

function nameOf(property: ObjectExpression['properties'][number]): string | undefined {
  if (property.type !== 'Property') return undefined
  if (property.key.type === 'Identifier') return property.key.name
  return property.key.type === 'Literal' ? String(property.key.value) : undefined
}

type Expression = ObjectProperty['value'] | ObjectExpression['properties'][number]

/** The texts that an expression may be: one literal, both branches, a template with … for what is put in. */
function readTexts(module: SourceModule, node: object | undefined): string[] {
  const expression = node as Expression | undefined
  switch (expression?.type) {
    case 'Property':
      return readTexts(module, expression.value)
    case 'Literal':
      return [String(expression.value)]
    case 'TemplateLiteral':
      return [expression.quasis.map((quasi) => quasi.value.cooked ?? '').join('…')]
    case 'ConditionalExpression':
      return [...readTexts(module, expression.consequent), ...readTexts(module, expression.alternate)]
    default:
      return []
  }
}

function renderCommandErrors(): string[] {
  const modules = readSources('packages/server/src/cli/*.ts')
  const rooms = readSources('packages/server/src/domain/{accounts/create-account,apis/resolve-access}.ts')
  const found = [
    ...modules.flatMap(findCommandErrors),
    ...modules.flatMap(findDescribedFailures),
    ...rooms.flatMap(findReasons),
  ]
  return groupByCode(found).map(([code, errors]) => `| \`${code}\` | ${describe(errors)} |`)
}

/** `{ ok: false; reason: 'username_taken' }`: what a room refuses, and a command passes on as its code. */
function findReasons(module: SourceModule): CodedError[] {
  return module.nodes.flatMap((node) => {
    if (node.type !== 'TSPropertySignature' || node.key.type !== 'Identifier' || node.key.name !== 'reason') return []
    const type = node.typeAnnotation?.typeAnnotation
    const types = type?.type === 'TSUnionType' ? type.types : [type]
    return types.flatMap((one) =>
      one?.type === 'TSLiteralType' && one.literal.type === 'Literal'
        ? [{ code: String(one.literal.value), status: '', sentence: '' }]
        : [],
    )
  })
}

/** `new CommandError('code', 'sentence')` */
function findCommandErrors(module: SourceModule): CodedError[] {
  return module.nodes.flatMap((node) => {
    if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'CommandError')
      return []
    const [codes, sentences] = node.arguments.map((argument) => readTexts(module, argument))
    return (codes ?? []).map((code) => ({ code, status: '', sentence: sentences?.[0] ?? '' }))
  })
}

/** `{ code: 'cannot_listen', message: 'This machine …' }` */
function findDescribedFailures(module: SourceModule): CodedError[] {
  return module.nodes.flatMap((node) => {
    if (node.type !== 'ReturnStatement' || node.argument?.type !== 'ObjectExpression') return []
    const member = (name: string) =>
      node.argument?.type === 'ObjectExpression'
        ? readTexts(
            module,
            node.argument.properties.find((property) => nameOf(property) === name),
          )
        : []
    const [sentence] = member('message')
    return sentence === undefined ? [] : member('code').map((code) => ({ code, status: '', sentence }))
  })
}

/** From the comment over the union of codes, which has a line for each. */
function renderDatabaseErrors(): string[] {
  const source = readFileSync(path.join(root, 'packages/server/src/platform/database/database-error.ts'), 'utf8')
  const described = [...source.matchAll(/^ \* - `(\w+)`: (.+)$/gm)]
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'$/gm)].map((match) => match[1])
  const difference = new Set(codes).symmetricDifference(new Set(described.map((match) => match[1])))
  if (codes.length === 0 || difference.size > 0) {
    throw new Error(`database-error.ts describes other codes than it has: ${[...difference].join(', ')}`)
  }
  return described.map(([, code, meaning]) => `| \`${code}\` | ${meaning} |`)
}

function readSources(pattern: string): SourceModule[] {
  const files = globSync(pattern, { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return files.sort().map((file) => readModule(root, file))
}

function groupByCode(found: readonly CodedError[]): (readonly [code: string, found: readonly CodedError[]])[] {
  const groups = Map.groupBy(found, ({ code }) => code)
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** A sentence that is put together where it is thrown is not at hand here. */
function describe(found: readonly CodedError[]): string {
  return listOnce(found, 'sentence').join(' / ') || '(names what was wrong)'
}

function listOnce(found: readonly CodedError[], member: 'status' | 'sentence'): string[] {
  return [...new Set(found.map((error) => error[member]))].filter((text) => text !== '').sort()
}
