import {
  type Algorithm,
  accessTokenType,
  asymmetricAlgorithms,
  type Explanation,
  explainChecks,
  type Rule,
  symmetricAlgorithms,
} from '@ostiary/guard/explain-checks'
import { importWebKeys, verifySignature } from './web-keys.ts'

/** What is asked about a guard, as it stands in the form. */
export interface GuardSettings {
  readonly issuer: string
  /** Empty: that check is skipped. */
  readonly audience: string
  /** Empty: all that there are. */
  readonly algorithm: Algorithm | ''
  readonly scope: string
  readonly permission: string
  /** Such as 5m; empty: any. */
  readonly fresh: string
  readonly leewaySeconds: number
  /** Epoch milliseconds; undefined: the moment of asking. */
  readonly at: number | undefined
  readonly takesBound: boolean
  /** A JWK set, or a secret in base64url; empty: the issuer's own keys. */
  readonly keys: string
}

export const algorithms: readonly Algorithm[] = [...asymmetricAlgorithms, ...symmetricAlgorithms]

/** Says what the guard would say of a token. Nothing leaves the page. @throws Error with a sentence for settings that no guard would start with. */
export function explainHere(token: string, settings: GuardSettings, issuersKeys: unknown): Promise<Explanation> {
  const jwks = settings.keys.trim() === '' ? issuersKeys : parseKeys(settings.keys.trim())
  const allowed = isSymmetric(jwks) ? symmetricAlgorithms : asymmetricAlgorithms
  const { audience, issuer, leewaySeconds, takesBound, algorithm } = settings
  const named = algorithm === '' ? allowed : [algorithm]
  return explainChecks(token, {
    policy: {
      ...{ issuer, leewaySeconds, takesBound, algorithms: named, type: accessTokenType },
      audience: audience === '' ? undefined : audience,
    },
    now: settings.at ?? Date.now(),
    rule: ruleOf(settings),
    obtainKeys: () =>
      jwks === undefined
        ? Promise.resolve({ ok: false as const, sentence: 'the issuer’s keys have not been loaded' })
        : importWebKeys(jwks, named),
    verifies: verifySignature,
  })
}

function ruleOf({ scope, permission, fresh }: GuardSettings): Rule {
  return {
    ...(scope.trim() !== '' && { scope: scope.trim().split(/\s+/) }),
    ...(permission.trim() !== '' && { permission: permission.trim().split(/\s+/) }),
    ...(fresh.trim() !== '' && { fresh: fresh.trim() }),
  }
}

function parseKeys(text: string): unknown {
  if (!text.startsWith('{')) return { keys: [{ kty: 'oct', k: text }] }
  try {
    const parsed = JSON.parse(text) as { keys?: unknown }
    return 'keys' in parsed ? parsed : { keys: [parsed] }
  } catch {
    throw new Error('The keys are no JSON.')
  }
}

function isSymmetric(jwks: unknown): boolean {
  const { keys } = (jwks ?? {}) as { keys?: readonly { kty?: string }[] }
  return Array.isArray(keys) && keys.some(({ kty }) => kty === 'oct')
}
