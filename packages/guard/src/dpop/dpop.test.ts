import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClientKey, signProof } from '../../testing/sign-proof.ts'
import { audience, issuer, nowSeconds, secret, signToken } from '../../testing/sign-token.ts'
import type { AccessTokenClaims } from '../claims/access-token-claims.ts'
import type { StandardSchemaV1 } from '../claims/standard-schema.ts'
import { createGuard } from '../create-guard.ts'
import type { Outcome } from '../guard.ts'
import { TokenError } from '../token-error.ts'
import { type DpopOptions, dpop } from './dpop.ts'
import { InstanceNonces } from './instance-nonces.ts'
import { normalizeTargetUri } from './normalize-target-uri.ts'
import { RecentProofs } from './recent-proofs.ts'

const key = createClientKey()
const token = signToken({ cnf: { jkt: key.jkt }, exp: nowSeconds + 600 })

function start(options: DpopOptions = {}) {
  let now = nowSeconds * 1000
  const guard = createGuard({ issuer, audience, keys: { secret }, clock: () => now, dpop: dpop(options) })
  const send = async (claims: Readonly<Record<string, unknown>> = {}, url = '/guarded?page=2'): Promise<Outcome> => {
    const headers = { authorization: `DPoP ${token}`, dpop: signProof(key, token, claims) }
    return guard.check({
      method: 'GET',
      url,
      header: (name) => headers[name as keyof typeof headers],
    })
  }
  return { guard, send, wait: (seconds: number) => (now += seconds * 1000) }
}

function codeOf(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind
}

async function takeNonce({ send }: ReturnType<typeof start>): Promise<string> {
  const outcome = await send({ jti: 'the first' })
  return outcome.kind === 'refused' ? (outcome.refusal.headers['DPoP-Nonce'] ?? '') : ''
}

describe('proofs at a guard', () => {
  it('RFC 9449 §9: with the nonce of the challenge the next proof passes', async () => {
    const scene = start()
    const nonce = await takeNonce(scene)
    expect(codeOf(await scene.send({ nonce }))).toBe('authenticated')
  })

  it('RFC 9449 §7.2: a bound token needs its proof also where the schema of claims leaves cnf out, as most do', async () => {
    const known = ['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti'] as const
    const claims: StandardSchemaV1<unknown, AccessTokenClaims> = {
      '~standard': {
        ...{ version: 1, vendor: 'test' },
        validate: (value) => {
          const all = value as AccessTokenClaims
          return { value: Object.fromEntries(known.map((name) => [name, all[name]])) as unknown as AccessTokenClaims }
        },
      },
    }
    const clock = () => nowSeconds * 1000
    const guard = createGuard({ issuer, audience, keys: { secret }, clock, claims, dpop: dpop({ nonce: 'none' }) })
    const ask = async (scheme: string, proof?: string): Promise<string> => {
      const headers = new Map([
        ['authorization', `${scheme} ${token}`],
        ...(proof === undefined ? [] : [['dpop', proof] as const]),
      ])
      return codeOf(await guard.check({ method: 'GET', url: '/guarded', header: (name) => headers.get(name) }))
    }
    expect(await ask('Bearer')).toBe('token_invalid')
    expect(await ask('DPoP')).toBe('invalid_dpop_proof')
    expect(await ask('DPoP', signProof(key, token))).toBe('authenticated')
    await expect(guard.verify(token)).rejects.toMatchObject({ code: 'token_invalid' })
  })

  it.each(['instance', 'none'] as const)(
    'RFC 9449 §11.1: of 20 requests with one proof at a time exactly one passes (nonce: %s)',
    async (mode) => {
      const scene = start({ nonce: mode })
      const nonce = mode === 'instance' ? await takeNonce(scene) : undefined
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => scene.send({ nonce })))
      const codes = outcomes.map(codeOf)
      expect(codes.filter((code) => code === 'authenticated')).toHaveLength(1)
      expect(codes.filter((code) => code === 'invalid_dpop_proof')).toHaveLength(19)
    },
  )

  it.each(['/y/../guarded', '/y/%2e%2E/guarded', '/./guarded', '/y/..\\guarded', '/y/..?a=/guarded'])(
    'RFC 9449 §4.3: a request for %s, which a router may read as it stands, has no proof that fits',
    async (url) => {
      const scene = start({ nonce: 'none' })
      expect(codeOf(await scene.send({}, url))).toBe('invalid_dpop_proof')
      expect(codeOf(await scene.send({}, '/guarded?a=/../b'))).toBe('authenticated')
    },
  )

  it('RFC 9449 §11.1: a proof that one process took is refused by another, though they share nothing', async () => {
    const [one, other] = [start(), start()]
    const nonce = await takeNonce(one)
    expect(codeOf(await one.send({ nonce }))).toBe('authenticated')
    expect(codeOf(await other.send({ nonce }))).toBe('use_dpop_nonce')
  })

  it('RFC 9449 §8: a nonce is taken for two minutes at least and not for four', async () => {
    const scene = start()
    const nonce = await takeNonce(scene)
    scene.wait(119)
    const iat = nowSeconds + 119
    expect(codeOf(await scene.send({ nonce, iat }))).toBe('authenticated')
    scene.wait(121)
    expect(codeOf(await scene.send({ nonce, iat: nowSeconds + 240, jti: 'two' }))).toBe('use_dpop_nonce')
  })

  it('RFC 9449 §7.2: verify, where nobody shows a proof, takes no bound token', async () => {
    const { guard } = start()
    await expect(guard.verify(token)).rejects.toThrow(TokenError)
    expect(await guard.verify(signToken())).toMatchObject({ sub: 'account-1' })
  })

  it.each([
    [{ origins: [] }, 'origins'],
    [{ origins: ['api.example.com'] }, 'origins'],
    [{ origins: ['https://api.example.com/path'] }, 'origins'],
    [{ origins: [7] }, 'origins'],
    [{ nonce: 'shared' }, 'nonce'],
    [{ window: 3 }, 'window'],
  ])('options that are none are refused: %j', (options, name) => {
    expect(() => dpop(options as DpopOptions)).toThrow(name)
  })

  it('an audience that is no URL needs origins', () => {
    const options = { issuer, audience: 'urn:example:api', keys: { secret } }
    expect(() => createGuard({ ...options, dpop: dpop() })).toThrow('dpop needs origins')
    createGuard({ ...options, dpop: dpop({ origins: ['https://api.example.com/'] }) }).close()
  })
})

describe('what remembers proofs', () => {
  const proof = (nonce: unknown, jti = 'a') => ({ nonce, jti, jkt: 'k' })

  it('whatever the clock does, no proof is taken twice', () => {
    const step = fc.record({ move: fc.integer({ min: -200_000, max: 200_000 }), back: fc.nat(5), jti: fc.nat(4) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new InstanceNonces(3)
        const [nonces, taken]: [string[], Set<string>] = [[], new Set()]
        let now = nowSeconds * 1000
        for (const { move, back, jti } of steps) {
          now += move
          nonces.push(memory.currentNonce(now))
          const nonce = nonces.at(-1 - back)
          const name = `${nonce} ${jti}`
          if (memory.take(proof(nonce, `${jti}`), now) !== 'taken') continue
          expect(taken.has(name)).toBe(false)
          taken.add(name)
        }
      }),
    )
  })

  it('a nonce with as many proofs as may be is over, and the newest has room', () => {
    const memory = new InstanceNonces(2)
    const first = memory.currentNonce(0)
    expect(['a', 'b', 'c', 'a'].map((jti) => memory.take(proof(first, jti), 0))).toEqual([
      'taken',
      'taken',
      'stale',
      'used',
    ])
    const second = memory.currentNonce(0)
    expect(second).not.toBe(first)
    expect(memory.take(proof(second, 'c'), 0)).toBe('taken')
  })

  it('without nonces nothing is forgotten early: what is full takes no more', () => {
    const memory = new RecentProofs(2)
    const now = nowSeconds * 1000
    expect(['a', 'b', 'c', 'a'].map((jti) => memory.take(proof(undefined, jti), now))).toEqual([
      'taken',
      'taken',
      'full',
      'used',
    ])
    expect(memory.take(proof(undefined, 'a'), now + 75_000)).toBe('used')
    expect(memory.take(proof(undefined, 'a'), now + 150_000)).toBe('taken')
  })
})

describe('normalizeTargetUri', () => {
  const scheme = fc.constantFrom('http', 'https')
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
  const segment = fc.stringMatching(/^[a-zA-Z0-9~_-]{1,8}$/)

  it('RFC 3986 §6.2: spellings of one URL are one', () => {
    fc.assert(
      fc.property(
        scheme,
        label,
        fc.array(segment, { minLength: 1 }),
        fc.webQueryParameters(),
        (name, host, path, query) => {
          const plain = `${name}://${host}.example/${path.join('/')}`
          const encoded = path.map((part) => part.replace(/[a-z]/g, (c) => `%${c.charCodeAt(0).toString(16)}`))
          const port = name === 'https' ? 443 : 80
          const other = `${name.toUpperCase()}://${host.toUpperCase()}.EXAMPLE:${port}/x/../${encoded.join('/')}?${query}#f`
          expect(normalizeTargetUri(other)).toBe(plain)
        },
      ),
    )
  })

  it('RFC 3986 §6.2: other schemes, hosts, ports and paths are others', () => {
    fc.assert(
      fc.property(scheme, label, segment, (name, host, path) => {
        const plain = `${name}://${host}.example/${path}`
        const others = [
          `${name === 'http' ? 'https' : 'http'}://${host}.example/${path}`,
          `${name}://${host}.example:8443/${path}`,
          `${name}://a${host}.example/${path}`,
          `${name}://${host}.example/${path}/`,
          `${name}://${host}.example/${path}%2Fx`,
        ]
        for (const other of others) expect(normalizeTargetUri(other)).not.toBe(plain)
      }),
    )
  })

  it('RFC 3986 §2.4: a percent sign by itself never becomes part of an octet with what stands behind it', () => {
    const once = normalizeTargetUri('https://api.example.com/%%633%a9')
    expect(once).toBe('https://api.example.com/%25c3%A9')
    expect(normalizeTargetUri(once ?? '')).toBe(once)
  })

  it('whatever comes, it gives a URL without query or nothing, and a second time the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (text) => {
        const once = normalizeTargetUri(text)
        if (once === undefined) return
        expect(once).not.toMatch(/[?#]/)
        expect(normalizeTargetUri(once)).toBe(once)
      }),
    )
  })
})
