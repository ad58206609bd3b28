import { text as readAll } from 'node:stream/consumers'
import { type CheckResult, type Explanation, explainToken } from '@ostiary/guard/explain'
import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { CommandError, createCommand, type Report, runCommand } from './command.ts'

interface ExplainOptions {
  readonly json?: boolean
  readonly issuer?: string
  readonly audience?: string
  readonly secretStdin?: boolean
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
    .option('--secret-stdin', 'for an HS256 API: read its secret from the first line of standard input')
    .action((token: string, options: ExplainOptions) => runCommand(options, () => explainFromOptions(token, options)))
}

async function explainFromOptions(
  argument: string,
  { issuer, audience, secretStdin }: ExplainOptions,
): Promise<Report> {
  if (argument === '-' && secretStdin) {
    throw new CommandError('invalid_option', 'Give the token as an argument when standard input holds the secret.', 2)
  }
  const input = argument === '-' || secretStdin ? (await readAll(process.stdin)).trim() : ''
  const token = argument === '-' ? input : argument.trim()
  if (token === '') throw new CommandError('missing_token', 'There is no token to explain.', 2)
  const explanation = await explainToken(token, {
    issuer: issuer ?? loadConfig().issuer,
    ...(audience !== undefined && { audience }),
    ...(secretStdin && { keys: { secret: input } }),
  })
  return { json: explanation, lines: renderExplanation(explanation, audience), exitCode: explanation.accepted ? 0 : 1 }
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
  if (audience !== undefined) return 'This token would be accepted.'
  return 'Accepted as far as it was checked. Every guard checks the audience as well: name the API with --audience.'
}
