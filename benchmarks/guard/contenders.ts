import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import { createGuard, type Guard, type GuardRequest } from '@ostiary/guard'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { type TokenKey, toKeySet } from '../tokens/make-key.ts'
import { audience, issuer } from '../tokens/sign-token.ts'

/** Verifies tokens and says how many were good. */
export type Verifier = (tokens: readonly string[]) => number | Promise<number>

/** More than there are tokens, for everybody who is to remember all of them. */
export const largeCache = 10_000

/** A guard that remembers so many tokens. */
export function makeGuard(key: TokenKey, cacheSize: number): Guard {
  const keys =
    key.algorithm === 'HS256' ? { secret: key.verifyWith.export() } : (toKeySet(key) as { keys: { kty: string }[] })
  return createGuard({ issuer, audience, algorithms: [key.algorithm], keys, feed: false, cacheSize })
}

/** As an adapter makes one for each request: an object that reads the headers which Node has parsed. */
class HeaderRequest implements GuardRequest {
  readonly method = 'GET'
  readonly url = '/'
  readonly headers: Readonly<Record<string, string>>

  constructor(headers: Readonly<Record<string, string>>) {
    this.headers = headers
  }

  header(name: string): string | undefined {
    return this.headers[name]
  }
}

/** `guard.check(request)`, what a guarded route calls: the tokens are values of the Authorization header. */
export function checkWithGuard(guard: Guard): Verifier {
  return (authorizations) => {
    let good = 0
    for (const authorization of authorizations) {
      const outcome = guard.check(new HeaderRequest({ authorization }))
      if ('kind' in outcome && outcome.kind === 'authenticated') good += 1
    }
    return good
  }
}

/** `guard.verify(token)`, which is asynchronous. */
export function verifyWithGuard(guard: Guard): Verifier {
  return async (tokens) => {
    let good = 0
    for (const token of tokens) if (await guard.verify(token).catch(() => undefined)) good += 1
    return good
  }
}

export function verifyWithJose(key: TokenKey): Verifier {
  const options = { issuer, audience, algorithms: [key.algorithm], typ: 'at+jwt' }
  return async (tokens) => {
    let good = 0
    for (const token of tokens) if (await jwtVerify(token, key.verifyWith, options).catch(() => undefined)) good += 1
    return good
  }
}

export type FastJwtCache = 'none' | 'default' | 'whole token'

/** fast-jwt remembers tokens by their hash; "whole token" gives it the fastest name there is, which its option allows. */
export function verifyWithFastJwt(key: TokenKey, cache: FastJwtCache): Verifier {
  const verifyOne = createVerifier({
    key: exportKey(key),
    algorithms: [key.algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    cache: cache === 'none' ? false : largeCache,
    ...(cache === 'whole token' ? { cacheKeyBuilder: (token: string) => token } : undefined),
  })
  return (tokens) => {
    let good = 0
    for (const token of tokens) {
      try {
        if (verifyOne(token) !== undefined) good += 1
      } catch {
        // Not good.
      }
    }
    return good
  }
}

/** Only `typ` is left unchecked: jsonwebtoken has no option for it. */
export function verifyWithJsonwebtoken(key: TokenKey): Verifier {
  const algorithm = key.algorithm as jsonwebtoken.Algorithm
  return (tokens) => {
    let good = 0
    for (const token of tokens) {
      try {
        if (jsonwebtoken.verify(token, key.verifyWith, { issuer, audience, algorithms: [algorithm] })) good += 1
      } catch {
        // Not good.
      }
    }
    return good
  }
}

export interface SignedBytes {
  readonly input: Buffer
  readonly signature: Buffer
}

/** What raw verification starts from: the bytes, already split and decoded. */
export function decodeToken(token: string): SignedBytes {
  const lastDot = token.lastIndexOf('.')
  return {
    input: Buffer.from(token.slice(0, lastDot), 'latin1'),
    signature: Buffer.from(token.slice(lastDot + 1), 'base64url'),
  }
}

/** `node:crypto` and nothing else. */
export function verifyRaw({ algorithm, verifyWith: key }: TokenKey): (list: readonly SignedBytes[]) => number {
  const isGood = ({ input, signature }: SignedBytes): boolean => {
    if (algorithm === 'HS256') return timingSafeEqual(createHmac('sha256', key).update(input).digest(), signature)
    if (algorithm === 'EdDSA') return verify(undefined, input, key, signature)
    return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature)
  }
  return (list) => {
    let good = 0
    for (const one of list) if (isGood(one)) good += 1
    return good
  }
}

function exportKey({ algorithm, verifyWith }: TokenKey): Buffer | string {
  return algorithm === 'HS256' ? verifyWith.export() : verifyWith.export({ type: 'spki', format: 'pem' }).toString()
}
