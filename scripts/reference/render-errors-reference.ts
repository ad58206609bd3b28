import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { offerDpop } from '../../packages/guard/src/dpop/render-challenge.ts'
import { createRefusal, refusalAnswers } from '../../packages/guard/src/request/refusal-answers.ts'
import { oauthErrorCodes } from '../../packages/server/src/endpoints/oauth-error-codes.ts'
import { problemCodes } from '../../packages/server/src/endpoints/problem-codes.ts'
import { commandCodes, lineCodes, sealingCodes, tokenChecks, transferCodes } from './error-codes.ts'
import { assertDocumented, findCodes, findReasons } from './find-codes.ts'

const root = path.join(import.meta.dirname, '../..')
const server = 'packages/server/src'

/**
 * The codes that a program may meet: the guard's and the database's from their own tables, the others from `error-codes.ts`.
 *
 * @throws Error when the server or the command line gives a code that is not described, or none that is.
 */
export function renderErrorsReference(): string {
  const endpoints = readSources(`${server}/{platform/http,endpoints}/**/*.ts`)
  assertDocumented('problemCodes', findCodes(endpoints), Object.keys(problemCodes))
  const commands = readSources(`${server}/{cli/*,platform/hash-queue/*,config}.ts`)
  const rooms = readSources(
    `${server}/domain/{accounts/create-account,apis/{create-api,resolve-access},clients/{change-client,rotate-client-secret},keys/find-key-readiness,revocation-acts/{revoke,delete-api,delete-client},roles/{create-role,change-role-permissions,end-role},organizations/create-organization,memberships/{change-member,organization-roles},invitations/send-invitation,webhooks/{change-webhook,replay-webhook}}.ts`,
  )
  assertDocumented(
    'commandCodes',
    findCodes(commands).union(findReasons(commands)).union(findReasons(rooms)),
    Object.keys(commandCodes),
  )
  return `# Error codes

Codes are for programs and stay; sentences are for people and may become better, so this page gives meanings.

## What a guard answers

The body is \`{"error": "<code>", "error_description": "<sentence>"}\`, unless the API shapes it. The sentence never says which
check failed: that goes to the guard's \`log\` option alone.

| code | status | sentence | header |
|---|---|---|---|
${renderRefusals().join('\n')}

A 503 is no verdict on the token: the guard could not get the issuer's keys. Clients keep the token and try again.

The check that a refusal's private reason names, and what it asks, in the order in which they are made:

| check | asks |
|---|---|
${renderRows(tokenChecks)}

## What the OAuth endpoints answer

The body is \`{"error": "<code>", "error_description": "<sentence>", "error_uri": "<page>", "incident_id": "<id>"}\`: the sentence says
what to change, the page (\`/errors/<code>\` of the server) says what is below, and the id is the \`requestId\` of the log line with the
private reason. \`/authorize\` sends the first three to the app's redirect address once that is verified.

${renderOauthErrors()}

## What the server answers elsewhere

The body is \`application/problem+json\` (RFC 9457) with \`type\` (the page of the code), \`code\`, \`detail\` and \`incident_id\`, which is the \`requestId\` of the
log line with the reason; who asks for \`text/html\` gets a page of the same meaning.

| code | status | meaning |
|---|---|---|
${renderProblems().join('\n')}

## What the command line answers

One sentence on standard error; with \`--json\`, \`{"error": {"code": "<code>", "message": "<sentence>"}}\`.

| code | meaning |
|---|---|
${renderRows(sortByCode(commandCodes))}

Of the secret, and of what rests sealed with it:

| code | meaning |
|---|---|
${renderRows(sealingCodes)}

Of an export and of the database that it is read into:

| code | meaning |
|---|---|
${renderRows(transferCodes)}

Of a line of an import, in its report:

| code | meaning |
|---|---|
${renderRows(lineCodes)}

Of the database:

| code | meaning |
|---|---|
${renderRows(readDatabaseCodes())}
`
}

function renderRefusals(): string[] {
  return Object.entries(refusalAnswers).map(([code, { status, message }]) => {
    const retryAfter = status === 503 ? 1 : undefined
    const refusal = createRefusal(code as keyof typeof refusalAnswers, undefined, retryAfter)
    // What is wrong with a proof is told by who takes proofs.
    const { headers } = code.includes('dpop') ? offerDpop(refusal, true, undefined) : refusal
    const shown = Object.entries(headers).map(([name, value]) => `\`${name}: ${status === 503 ? '…' : value}\``)
    return `| \`${code}\` | ${status} | ${message} | ${shown.join(', ')} |`
  })
}

function renderOauthErrors(): string {
  return Object.entries(oauthErrorCodes)
    .map(([code, { meaning, remedy, source }]) => `### ${code}\n\n${meaning} ${remedy} (${source})`)
    .join('\n\n')
}

function renderProblems(): string[] {
  return Object.entries(problemCodes).map(([code, [status, meaning]]) => `| \`${code}\` | ${status} | ${meaning} |`)
}

function renderRows(meanings: Readonly<Record<string, string>>): string {
  return Object.entries(meanings)
    .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
    .join('\n')
}

function sortByCode(meanings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(meanings).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** From the comment over the union of codes, which has a line for each. */
function readDatabaseCodes(): Record<string, string> {
  const source = readSources(`${server}/platform/database/database-error.ts`)
  const described = [...source.matchAll(/^ \* - `(\w+)`: (.+)$/gm)].map(([, code = '', meaning = '']) => [
    code,
    meaning,
  ])
  const codes = new Set([...source.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, code = '']) => code))
  assertDocumented(
    'the comment of database-error.ts',
    codes,
    described.map(([code = '']) => code),
  )
  return Object.fromEntries(described)
}

function readSources(pattern: string): string {
  const files = globSync(pattern, { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  if (files.length === 0) throw new Error(`${pattern} matches no file`)
  return files.map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n')
}
