import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { createGuard } from '../src/create-guard.ts'
import type { Guard, GuardRequest, Outcome, Rule } from '../src/guard.ts'
import type { GuardOptions } from '../src/guard-options.ts'
import { FeedIssuer } from './feed-issuer.ts'
import { audience } from './sign-token.ts'
import { signParts } from './signing-keys.ts'

const opened: Guard[] = []
afterEach(() => {
  for (const guard of opened.splice(0)) guard.close()
})

function open(issuer: FeedIssuer, options: Partial<GuardOptions> = {}): Guard {
  const guard = createGuard({ issuer: issuer.url, audience, ...options })
  opened.push(guard)
  return guard
}

function makeToken(issuer: FeedIssuer, claims: Record<string, unknown> = {}): string {
  const now = Date.now() / 1000
  const good = {
    iss: issuer.url,
    sub: 'a',
    aud: audience,
    client_id: 'c',
    iat: now,
    exp: now + 600,
    jti: 'j',
    sid: 's',
  }
  return signParts({ alg: 'ES256', typ: 'at+jwt', kid: issuer.key.kid }, { ...good, ...claims }, issuer.key)
}

function bearer(token: string): GuardRequest {
  return { method: 'GET', url: '/', header: (name) => (name === 'authorization' ? `Bearer ${token}` : undefined) }
}

async function summarize(outcome: Outcome | Promise<Outcome>): Promise<string> {
  const settled = await outcome
  if (settled.kind === 'refused') return `${settled.refusal.status} ${settled.refusal.code}`
  return settled.kind === 'anonymous' ? `anonymous: ${settled.reason}` : 'passed'
}

async function applied(guard: Guard, sequence: number): Promise<void> {
  while (guard.state().feed.sequence < sequence) await new Promise((resolve) => setImmediate(resolve))
}

describe('a guard with nothing but issuer and audience', () => {
  test('RFC 6750 §3.1: revoked is 401 invalid_token, whatever was remembered, and synchronously', async () => {
    await using issuer = await FeedIssuer.start(Date.now)
    const guard = open(issuer)
    const token = makeToken(issuer)
    expect(await summarize(guard.check(bearer(token)))).toBe('passed')
    issuer.revoke('s', 's')
    await applied(guard, 1)
    const outcome = guard.check(bearer(token))
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: {
        status: 401,
        code: 'token_revoked',
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token", error_description="Token has been revoked"' },
      },
    })
    await expect(guard.verify(token)).rejects.toMatchObject({ code: 'token_revoked', reason: { check: 'revocation' } })
    const rules: Rule[] = [{ optional: true }, { optional: { invalid: 'allow' } }]
    const answers = rules.map((rule) => summarize(guard.check(bearer(token), rule)))
    expect(await Promise.all(answers)).toEqual(['401 token_revoked', 'anonymous: invalid'])
  })

  test('claims that changed: refresh required for what was issued before, and not after', async () => {
    await using issuer = await FeedIssuer.start(Date.now)
    const guard = open(issuer)
    const now = Date.now()
    const [before, after] = [makeToken(issuer, { iat: now / 1000 - 1 }), makeToken(issuer, { iat: now / 1000 + 1 })]
    await guard.verify(before)
    issuer.revoke('r', 's', { t: now })
    await applied(guard, 1)
    expect(await summarize(guard.check(bearer(before)))).toBe('401 refresh_required')
    expect(await summarize(guard.check(bearer(after)))).toBe('passed')
  })

  test('with keys, or with feed false, no feed is followed', async () => {
    await using issuer = await FeedIssuer.start(Date.now)
    const held = open(issuer, { keys: { keys: [issuer.key.jwk] } })
    expect(held.state().feed.state).toBe('off')
    const unwanted = open(issuer, { feed: false })
    await unwanted.verify(makeToken(issuer))
    expect([unwanted.state().feed.state, issuer.streams]).toEqual(['off', 0])
  })

  test('keys and a feed: the tokens’ algorithms stay as they are, the heartbeat’s is another', async () => {
    await using issuer = await FeedIssuer.start(Date.now)
    const guard = open(issuer, { algorithms: ['EdDSA'], keys: { keys: [issuer.key.jwk] }, feed: true })
    await expect(guard.verify(makeToken(issuer))).rejects.toMatchObject({ reason: { check: 'algorithm' } })
    while (guard.state().feed.state !== 'live') await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('auth.signal', () => {
  async function openSignal(guard: Guard, token: string): Promise<AbortSignal> {
    const outcome = await guard.check(bearer(token))
    if (outcome.kind !== 'authenticated') throw new Error(`It was ${outcome.kind}`)
    expect(outcome.auth.signal).toBe(outcome.auth.signal)
    return outcome.auth.signal
  }

  test('fires when the token is revoked, and no other’s does', async () => {
    await using issuer = await FeedIssuer.start(Date.now)
    const guard = open(issuer)
    const signal = await openSignal(guard, makeToken(issuer))
    const other = await openSignal(guard, makeToken(issuer, { sid: 'other' }))
    issuer.revoke('s', 's')
    await once(signal, 'abort')
    expect([signal.reason.code, other.aborted]).toEqual(['token_revoked', false])
  })

  test('fires when the token expires, leeway included, without a feed too', async () => {
    await using issuer = await FeedIssuer.start(Date.now)
    const guard = open(issuer, { keys: { keys: [issuer.key.jwk] }, leewaySeconds: 0 })
    const exp = Date.now() / 1000 + 0.2
    const signal = await openSignal(guard, makeToken(issuer, { iat: exp - 1, exp }))
    expect(signal.aborted).toBe(false)
    await once(signal, 'abort')
    expect([signal.reason.code, Date.now() / 1000 >= exp]).toEqual(['token_expired', true])
  })
})
