import { grantTypes } from '../clients/parse-client.ts'
import { parseDuration } from '../clients/parse-duration.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import { type RegistrationPolicy, usualPolicy } from './registration-token.ts'

const MOST_USES = 100_000

export type ParsedRegistrationToken =
  | { readonly ok: false; readonly sentence: string }
  | {
      readonly ok: true
      readonly wanted: {
        readonly policy: RegistrationPolicy
        readonly uses: number
        readonly lifetimeMilliseconds: number
      }
    }

/** Text as given on a command line → an initial access token that can be made, or a sentence that says what to change. */
export function parseRegistrationToken(input: {
  readonly uses: string
  readonly expires: string
  readonly grants?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
}): ParsedRegistrationToken {
  const { grants = usualPolicy.grants, scopes = usualPolicy.scopes } = input
  const wrong = (sentence: string): ParsedRegistrationToken => ({ ok: false, sentence })
  const uses = /^\d{1,6}$/.test(input.uses) ? Number(input.uses) : 0
  if (uses < 1 || uses > MOST_USES) return wrong(`The uses are a number from 1 to ${MOST_USES}.`)
  const lifetimeMilliseconds = parseDuration(input.expires)
  if (lifetimeMilliseconds === undefined) return wrong('It expires after a duration such as 90m, 12h or 30d.')
  if (!grants.every((grant) => grantTypes.some((known) => known === grant)))
    return wrong(`A grant must be one of ${grantTypes.join(', ')}.`)
  if (!grants.some((grant) => grant !== 'refresh_token')) return wrong('The grant refresh_token goes with another one.')
  if (!scopes.every(isScopeToken)) return wrong(SCOPE_TOKEN_SENTENCE)
  return { ok: true, wanted: { policy: { grants, scopes }, uses, lifetimeMilliseconds } }
}
