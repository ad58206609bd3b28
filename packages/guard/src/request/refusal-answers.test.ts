import { expect, test } from 'vitest'
import { createRefusal, type RefusalCode } from './refusal-answers.ts'

const invalidToken = (message: string) => `Bearer error="invalid_token", error_description="${message}"`

test.each<[RefusalCode, number, string, string]>([
  ['token_missing', 401, 'Token is missing', 'Bearer realm="api"'],
  ['token_expired', 401, 'Token has expired', invalidToken('Token has expired')],
  ['token_invalid', 401, 'Token is invalid', invalidToken('Token is invalid')],
  ['token_revoked', 401, 'Token has been revoked', invalidToken('Token has been revoked')],
  ['refresh_required', 401, 'Token must be refreshed', invalidToken('Token must be refreshed')],
  ['invalid_dpop_proof', 401, 'DPoP proof is invalid', invalidToken('DPoP proof is invalid')],
  ['use_dpop_nonce', 401, 'DPoP proof needs the nonce', invalidToken('DPoP proof needs the nonce')],
  [
    'insufficient_scope',
    403,
    'Token lacks a required scope',
    'Bearer error="insufficient_scope", error_description="Token lacks a required scope"',
  ],
  [
    'insufficient_permission',
    403,
    'Token lacks a required permission',
    'Bearer error="insufficient_scope", error_description="Token lacks a required permission"',
  ],
  [
    'insufficient_user_authentication',
    401,
    'Login is too old or too weak',
    'Bearer error="insufficient_user_authentication", error_description="Login is too old or too weak"',
  ],
  [
    'invalid_request',
    400,
    'Token is malformed or sent in more than one place',
    'Bearer error="invalid_request", error_description="Token is malformed or sent in more than one place"',
  ],
])('RFC 6750 §3, RFC 9470 §3: %s is %i %s', (code, status, message, challenge) => {
  expect(createRefusal(code)).toEqual({
    status,
    code,
    message,
    needs: {},
    headers: { 'WWW-Authenticate': challenge },
    body: { error: code, error_description: message },
  })
})

test.each<[RefusalCode, string]>([
  ['keys_unavailable', 'Tokens cannot be checked at the moment'],
  ['feed_unavailable', 'Revocations cannot be checked at the moment'],
])('%s is 503, when to come again in whole seconds, and no challenge', (code, message) => {
  expect(createRefusal(code, undefined, 1.2)).toEqual({
    status: 503,
    code,
    message,
    needs: {},
    headers: { 'Retry-After': '2' },
    body: { error: code, error_description: message },
  })
})

test('what is needed follows in the challenge, parameter by parameter', () => {
  const needs = { scope: 'orders:read admin', max_age: '300' }
  const { headers, needs: told } = createRefusal('insufficient_scope', needs)
  expect(told).toEqual(needs)
  expect(headers['WWW-Authenticate']).toBe(
    'Bearer error="insufficient_scope", error_description="Token lacks a required scope", scope="orders:read admin", max_age="300"',
  )
})
