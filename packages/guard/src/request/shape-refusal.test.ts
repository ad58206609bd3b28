import { expect, test } from 'vitest'
import type { GuardRequest } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import type { RefusalShape } from '../guard-options.ts'
import { createRefusal } from './refusal-answers.ts'
import { shapeRefusal } from './shape-refusal.ts'

const refusal = createRefusal('token_missing')
const request: GuardRequest = { method: 'GET', url: '/', header: () => undefined }
const shape = (given: RefusalShape | undefined) => shapeRefusal(refusal, request, () => given)

test('without a hook, or when it says nothing, a refusal stays as it is', () => {
  expect(shapeRefusal(refusal, request, undefined)).toBe(refusal)
  expect(shape(undefined)).toBe(refusal)
  expect(shape({})).toEqual(refusal)
})

test('the hook is told the refusal and the request', () => {
  const told: unknown[] = []
  shapeRefusal(refusal, request, (...given) => {
    told.push(...given)
    return undefined
  })
  expect(told).toEqual([refusal, request])
})

test('what it names is changed, a body also to undefined, and the rest stays', () => {
  expect(shape({ status: 404 })).toEqual({ ...refusal, status: 404 })
  expect(shape({ body: 'no' })).toEqual({ ...refusal, body: 'no' })
  expect(shape({ body: undefined })).toEqual({ ...refusal, body: undefined })
  expect(shape({ headers: { 'X-Why': 'because' } })).toEqual({
    ...refusal,
    headers: { 'www-authenticate': 'Bearer realm="api"', 'x-why': 'because' },
  })
})

test.each([400, 499, 599])('%i is a refusal’s status', (status) => expect(shape({ status }).status).toBe(status))

test.each([200, 302, 399, 600, Number.NaN])('%d is not, since nobody shall take it for a success', (status) => {
  expect(() => shape({ status })).toThrow(new GuardConfigurationError(`shapeRefusal chose the status ${status}`))
})

test('RFC 9110 §5.1: a name that is no token is left out', () => {
  const headers = { "!#$%&'*+.^_`|~-9Az": 'a', 'X Y': 'b', 'X\r\nY': 'c', '': 'd', Xé: 'e', 'X:': 'f' }
  expect(Object.keys(shape({ headers }).headers).toSorted()).toEqual(["!#$%&'*+.^_`|~-9az", 'www-authenticate'])
})

test('RFC 9110 §5.5: what a value can’t hold is one blank, and printable ASCII and tabs stay', () => {
  const headers = { a: 'b\r\nSet-Cookie: c', d: 'é\0\x7fe', f: 'g\th ~!', i: 7 as unknown as string }
  expect(shape({ headers }).headers).toEqual({
    'www-authenticate': 'Bearer realm="api"',
    ...{ a: 'b Set-Cookie: c', d: 'e', f: 'g\th ~!', i: '7' },
  })
})
