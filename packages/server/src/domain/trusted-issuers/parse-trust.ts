import type { ClientKeys } from '../clients/client.ts'
import { parseClientKeys } from '../clients/parse-client-keys.ts'

const ISSUER_SENTENCE =
  'The issuer must be the iss of its tokens, exactly: 1 to 512 characters without blanks, and not this server itself.'
const SUBJECT_SENTENCE =
  'The subject must be the sub of its tokens, exactly: 1 to 512 characters, no control characters.'

/** What an operator says of an issuer and one subject of it, checked. */
export interface Trust {
  readonly issuer: string
  /** Undefined: those that the issuer has already. */
  readonly keys: ClientKeys | undefined
  readonly subject: string
  readonly clientId: string
}

export type ParsedTrust =
  | { readonly ok: true; readonly trust: Trust }
  | { readonly ok: false; readonly sentence: string }

/** Text as given on a command line → an issuer and a subject that can be trusted, or a sentence that says what to change. */
export function parseTrust(
  {
    issuer,
    subject,
    clientId,
    jwks,
    jwksUri,
  }: Omit<Trust, 'keys'> & { readonly jwks?: unknown; readonly jwksUri?: string | undefined },
  ownIssuer: string,
): ParsedTrust {
  if (!/^[\x21-\x7e]{1,512}$/.test(issuer) || issuer === ownIssuer) return { ok: false, sentence: ISSUER_SENTENCE }
  if (!/^[^\p{Cc}\p{Cs}]{1,512}$/u.test(subject)) return { ok: false, sentence: SUBJECT_SENTENCE }
  const parsed = parseClientKeys({ jwks, jwksUri })
  return parsed.ok ? { ok: true, trust: { issuer, subject, clientId, keys: parsed.keys } } : parsed
}
