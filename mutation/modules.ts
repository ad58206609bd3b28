/** A part of the product that must not break, and the tests that have to notice when it does. */
export interface MutatedModule {
  readonly name: string
  /** What it decides, in a few words. */
  readonly about: string
  readonly files: readonly string[]
  /** These alone: whatever else would notice too late, or by chance. */
  readonly tests: readonly string[]
  /** Below it the command fails. */
  readonly leastPercent: number
}

const guard = 'packages/guard/src'
const domain = 'packages/server/src/domain'

export const mutatedModules: readonly MutatedModule[] = [
  {
    name: 'guard-jws',
    about: 'the guard’s verifier: the form of a token, its header and its signature',
    files: [`${guard}/jws/*.ts`],
    tests: [
      'base64url',
      'check',
      'header-checks',
      'key-set',
      'parse-json-object',
      'quote',
      'split-compact',
      'verify-jws',
    ].map((file) => `${guard}/jws/${file}.test.ts`),
    leastPercent: 90,
  },
  {
    name: 'guard-claims',
    about: 'the guard’s verifier: the claims of a token',
    files: [`${guard}/claims/*.ts`],
    tests: [`${guard}/claims/*.test.ts`],
    leastPercent: 90,
  },
  {
    name: 'guard-keys',
    about: 'which keys the guard takes, and for which algorithm',
    files: ['collect-keys', 'import-key', 'import-key-set', 'judge-key', 'roca-fingerprint'].map(
      (file) => `${guard}/keys/${file}.ts`,
    ),
    tests: ['collect-keys', 'import-key', 'import-key-set', 'judge-key', 'roca-fingerprint'].map(
      (file) => `${guard}/keys/${file}.test.ts`,
    ),
    leastPercent: 90,
  },
  {
    name: 'guard-decision',
    about: 'what the guard answers to a request: the token in it, the rule of the route, the refusal',
    files: [`${guard}/token-guard.ts`, `${guard}/request/*.ts`],
    tests: [`${guard}/token-guard.test.ts`, `${guard}/token-guard-sources.test.ts`, `${guard}/request/*.test.ts`],
    leastPercent: 90,
  },
  {
    name: 'refresh',
    about: 'refresh tokens: derived, verified, rotated once, and ended by misuse',
    files: [
      `${domain}/refresh-keys/refresh-key-ring.ts`,
      `${domain}/refresh-keys/rotate-refresh-key.ts`,
      `${domain}/sessions/refresh-token.ts`,
      `${domain}/sessions/rotate-session.ts`,
      `${domain}/sessions/is-session-live.ts`,
    ],
    tests: [
      `${domain}/refresh-keys/refresh-key-ring.test.ts`,
      `${domain}/sessions/{is-session-live,refresh-token,rotate-session}.test.ts`,
    ],
    leastPercent: 90,
  },
  {
    name: 'one-time',
    about: 'things that can be used once',
    files: [`${domain}/one-time/*.ts`],
    tests: [`${domain}/one-time/*.test.ts`],
    leastPercent: 90,
  },
  {
    name: 'redirect-uri',
    about: 'where a client is answered',
    files: [`${domain}/clients/redirect-uri.ts`, 'packages/server/src/platform/http/is-loopback-host.ts'],
    tests: [`${domain}/clients/redirect-uri.test.ts`, 'packages/server/src/platform/http/is-loopback-host.test.ts'],
    leastPercent: 90,
  },
]
