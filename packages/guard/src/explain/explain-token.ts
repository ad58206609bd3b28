import type { Rule } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { verifySignature } from '../jws/verify-jws.ts'
import { parseOptions } from '../parse-options.ts'
import { type Explanation, explainChecks } from './explain-checks.ts'
import { obtainKeys } from './obtain-keys.ts'

export type { CheckResult, Explanation } from './explain-checks.ts'

/** A guard's options and a route's rule, as far as a token's fate depends on them. Without `audience`, that one check is skipped. */
export interface ExplainOptions
  extends Pick<
    GuardOptions,
    'issuer' | 'keys' | 'leewaySeconds' | 'clock' | 'algorithms' | 'fetch' | 'dpop' | 'allowInsecureIssuer'
  > {
  readonly audience?: string
  /** What the route asks for: then its scopes, permissions and roles are checks as well. */
  readonly rule?: Rule
}

/**
 * Says, check by check, whether an issuer's guard would accept a token. It applies the guard's own rules, and goes on where
 * the guard stops, as far as there is something to look at.
 *
 * @throws GuardConfigurationError for options that no guard would start with, and for a rule that is none.
 */
export async function explainToken(token: string, options: ExplainOptions): Promise<Explanation> {
  const { audience = 'unknown', rule = {}, ...others } = options
  const settings = parseOptions({ ...others, audience })
  return explainChecks(token, {
    policy: { ...settings.policy, audience: options.audience },
    now: settings.clock(),
    rule,
    obtainKeys: () => obtainKeys(settings),
    verifies: (key, signingInput, signature) => verifySignature(signingInput, signature, key),
  })
}
