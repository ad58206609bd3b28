import { text as readAll } from 'node:stream/consumers'
import { createGuard, GuardConfigurationError, type Rule, TokenError } from '@ostiary/guard'
import { type CheckResult, type Explanation, explainToken } from '@ostiary/guard/explain'
import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { CommandError, createCommand, type Report, runCommand } from './command.ts'

interface ExplainOptions {
  readonly json?: boolean
  readonly issuer?: string
  readonly audience?: string
  readonly secretStdin?: boolean
  readonly scope?: readonly string[]
  readonly permission?: readonly string[]
  readonly role?: readonly string[]
}

export function explainCommand(): Command {
  return createCommand(
    'explain',
    "Decode a token and say, check by check, whether an issuer's guard would accept it. Nothing is stored; exit code 1 when it would not.",
    'ostiary explain "$TOKEN" --audience https://api.example.com',
  )
    .argument('<token>', 'the token, or - to read it from standard input')
    .option('--issuer <url>', 'the issuer whose keys and name count (default: the configured one)')
    .option('--audience <uri>', 'the API that would check it (default: this check is left out)')
    .option('--scope <scope...>', 'scopes that the route asks for')
    .option('--permission <permission...>', 'permissions that the route asks for')
    .option('--role <role...>', 'roles that the route asks for')
    .option('--secret-stdin', 'for an HS256 API: read its secret from the first line of standard input')
    .action((token: string, options: ExplainOptions) => runCommand(options, () => explainFromOptions(token, options)))
}

async function explainFromOptions(argument: string, options: ExplainOptions): Promise<Report> {
  const { token, secret } = await readToken(argument, options)
  const { issuer = loadConfig().issuer, audience } = options
  const explanation = await explain(token, { issuer, audience, secret, rule: readRule(options) })
  const lines = renderExplanation(explanation, audience)
  if (explanation.header?.alg === 'HS256' && secret === undefined) {
    lines.push('It is signed with a shared secret: give that of its API with --secret-stdin.')
  }
  return { json: explanation, lines, exitCode: explanation.accepted ? 0 : 1 }
}

function readRule({ scope, permission, role }: ExplainOptions): Rule {
  return { ...(scope && { scope }), ...(permission && { permission }), ...(role && { role }) }
}

/** @throws CommandError for what can't be an access token */
async function readToken(
  argument: string,
  { secretStdin }: ExplainOptions,
): Promise<{ readonly token: string; readonly secret: string | undefined }> {
  if (argument === '-' && secretStdin) {
    throw new CommandError('invalid_option', 'Give the token as an argument when standard input holds the secret.', 2)
  }
  const input = argument === '-' || secretStdin ? (await readAll(process.stdin)).trim() : ''
  const token = argument === '-' ? input : argument.trim()
  if (token === '') throw new CommandError('missing_token', 'There is no token to explain.', 2)
  refuseOtherThings(token)
  return { token, secret: secretStdin ? input : undefined }
}

interface Surroundings {
  readonly issuer: string
  readonly audience: string | undefined
  readonly secret: string | undefined
  readonly rule: Rule
}

/** @throws CommandError for an issuer, an audience, a secret or a rule that no guard would start with */
async function explain(token: string, { issuer, audience, secret, rule }: Surroundings): Promise<Explanation> {
  const keys = secret === undefined ? {} : { keys: { secret } }
  try {
    const byItself = await explainToken(token, { issuer, rule, ...keys, ...(audience !== undefined && { audience }) })
    return secret === undefined ? await explainRevocation(token, issuer, byItself, audience) : byItself
  } catch (error) {
    if (error instanceof GuardConfigurationError) throw new CommandError('invalid_option', error.message, 2)
    throw error
  }
}

/** What is pasted in place of an access token, told before it is taken apart. */
function refuseOtherThings(token: string): void {
  if (/^bearer /i.test(token))
    throw new CommandError('invalid_option', 'Give the token alone, without "Bearer" before it.', 2)
  if (token.startsWith('or_')) {
    const sentence = 'That is a refresh token: only the server reads it. Explain the access token that came with it.'
    throw new CommandError('invalid_option', sentence, 2)
  }
}

/** Asks the issuer's revocation feed as a guard does, about a token that is good by itself. */
async function explainRevocation(
  token: string,
  issuer: string,
  explanation: Explanation,
  audience: string | undefined,
): Promise<Explanation> {
  const name = audience ?? explanation.claims?.aud
  const check = { check: 'revocation', expected: 'no record that concerns it' } as const
  const skipped: CheckResult = { ...check, ok: 'skipped', sentence: 'revocation was not checked' }
  if (!explanation.accepted || typeof name !== 'string')
    return { ...explanation, checks: [...explanation.checks, skipped] }
  const guard = createGuard({ issuer, audience: name, feed: true })
  try {
    await guard.verify(token)
    const good: CheckResult = { ...check, ok: true, got: 'none', sentence: 'revocation is good: no record concerns it' }
    const { state } = guard.state().feed
    return { ...explanation, checks: [...explanation.checks, state === 'absent' ? skipped : good] }
  } catch (error) {
    const code = error instanceof TokenError ? error.code : undefined
    if (code !== 'token_revoked' && code !== 'refresh_required')
      return { ...explanation, checks: [...explanation.checks, skipped] }
    const bad: CheckResult = { ...check, ok: false, got: code, sentence: `revocation is bad: got ${code}` }
    return { ...explanation, accepted: false, checks: [...explanation.checks, bad] }
  } finally {
    guard.close()
  }
}

function renderExplanation({ accepted, header, claims, checks }: Explanation, audience: string | undefined): string[] {
  return [
    `header  ${JSON.stringify(header) ?? 'cannot be read'}`,
    `claims  ${JSON.stringify(claims) ?? 'cannot be read'}`,
    '',
    ...checks.map(renderCheck),
    '',
    renderVerdict(accepted, audience),
  ]
}

function renderCheck({ ok, check, expected = '', got, secondsOff }: CheckResult): string {
  const name = check.padEnd(13)
  if (ok === 'skipped') return `skipped  ${name}`
  if (ok) return `ok       ${name}${expected}`
  const off = secondsOff === undefined ? '' : `, ${secondsOff} s off`
  return `REFUSED  ${name}expected ${expected}; got ${got}${off}`
}

function renderVerdict(accepted: boolean, audience: string | undefined): string {
  if (!accepted) return 'This token would be refused.'
  if (audience !== undefined) return 'This token is accepted now.'
  return 'Accepted as far as it was checked. Every guard checks the audience as well: name the API with --audience.'
}
