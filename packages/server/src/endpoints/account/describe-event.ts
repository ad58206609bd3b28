import type { AuditDetail, AuditEvent, AuditedAct } from '../../domain/audit/audit-event.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'

/** Acts that are of no account, or that nobody is left to read of. */
type UntoldAct = Extract<
  AuditedAct,
  | 'account.deleted'
  | 'accounts.imported'
  | `api.${string}`
  | 'assertion.used'
  | `audit.${string}`
  | `audit_key.${string}`
  | `client.${string}`
  | 'configuration.applied'
  | 'everything.revoked'
  | 'feed.rewound'
  | `installation.${string}`
  | 'invitation.created'
  | 'invitation.revoked'
  | 'invitation.sent'
  | `issuer.${string}`
  | `organization.${string}`
  | `refresh_key.${string}`
  | `registration_token.${string}`
  | `role.${string}`
  | `secret.${string}`
  | `setup.${string}`
  | `signing_key.${string}`
  | `upstream.${string}`
  | `webhook.${string}`
>

/** A new act either is untold, or gets a sentence in each language (`strings/activity-words.ts`); until then this file does not compile. */
export type ToldAct = Exclude<AuditedAct, UntoldAct>

export const toldActs: readonly ToldAct[] = Object.keys(stringsIn('en').accountActivity.acts) as ToldAct[]

export function sentenceOf(act: ToldAct, language: Language): string {
  return stringsIn(language).accountActivity.acts[act]
}

export type Doer = 'you' | 'nobody_known' | 'operator' | 'system' | 'app' | 'somebody_else'

/** Who did it. */
export function doerOf({ actor, accountId }: AuditEvent): Doer {
  if (actor === `account:${accountId}`) return 'you'
  if (actor === 'anonymous') return 'nobody_known'
  if (actor === 'cli' || actor.startsWith('admin:')) return 'operator'
  if (actor === 'system') return 'system'
  return actor.startsWith('client:') ? 'app' : 'somebody_else'
}

/** The app that it was at or about; absent where it was this server itself. */
export function appOf({ clientId }: AuditEvent): string | undefined {
  return clientId === LOGIN_CLIENT_ID ? undefined : clientId
}

/** What it was about, beside an app: a name that stands in the event. Never why something was refused. */
export function subjectOf({ act, detail }: AuditEvent, language: Language): string | undefined {
  const { factors } = stringsIn(language).accountActivity
  const factor = text(detail, 'factor')
  if (factor !== undefined) return Object.hasOwn(factors, factor) ? factors[factor as keyof typeof factors] : factor
  // Why an administrator acted as the person. A refusal's reason is never told.
  if (act.startsWith('impersonation.')) return text(detail, 'reason')
  return text(detail, 'role') ?? text(detail, 'name') ?? text(detail, 'upstream') ?? text(detail, 'issuer')
}

/** The browser or program and its system, as far as they are known: what the event says, or the session that it names. */
export function deviceOf({ detail }: AuditEvent, userAgent: string | undefined): string | undefined {
  const ofSession = describeUserAgent(userAgent)
  const parts = [text(detail, 'program') ?? ofSession.program, text(detail, 'system') ?? ofSession.system]
  return parts.filter((part) => part !== undefined).join(' · ') || undefined
}

function text(detail: AuditDetail, member: string): string | undefined {
  const value = detail[member]
  return typeof value === 'string' ? value : undefined
}
