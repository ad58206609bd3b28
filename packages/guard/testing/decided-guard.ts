import type { Auth, Guard, Outcome } from '../src/guard.ts'

/** A guard whose every answer is `decide()`, for what the real core never does, or not when a test wants it. */
export function decidedGuard(
  decide: () => Outcome | Promise<Outcome>,
  locations: Guard['locations'] = ['header'],
): Guard {
  return {
    locations,
    check: decide,
    verify: () => Promise.reject(new Error('Only check is decided')),
    state: () => ({
      keys: { count: 0, ageSeconds: undefined, lastError: undefined },
      feed: { state: 'off', sequence: 0, records: 0, ageSeconds: undefined, lastError: undefined },
      cache: { size: 0, hits: 0, misses: 0 },
    }),
    close: () => undefined,
  }
}

export const somebody: Auth = {
  token: 'header.payload.signature',
  claims: {
    iss: 'https://login.example.com',
    sub: 'account-1',
    aud: 'https://api.example.com',
    client_id: 'tutorial',
    iat: 0,
    exp: 150,
    jti: '01999999-0000-7000-8000-000000000001',
  },
  subject: 'account-1',
  clientId: 'tutorial',
  sessionId: undefined,
  scopes: new Set(),
  permissions: new Set(),
  roles: new Set(),
  signal: new AbortController().signal,
}

export const authenticated: Outcome = { kind: 'authenticated', auth: somebody }

export const refused: Outcome = {
  kind: 'refused',
  refusal: {
    status: 401,
    code: 'token_missing',
    message: 'Token is missing',
    needs: {},
    headers: { 'WWW-Authenticate': 'Bearer realm="api"' },
    body: { error: 'token_missing' },
  },
}
