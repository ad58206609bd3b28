import { expect, test } from 'vitest'
import type { Refusal } from '../guard.ts'
import { renderRefusal } from './render-refusal.ts'

const refusal: Refusal = {
  status: 401,
  code: 'token_missing',
  message: 'Token is missing',
  needs: {},
  headers: { 'WWW-Authenticate': 'Bearer realm="api"' },
  body: { error: 'token_missing' },
}
const json = 'application/json; charset=utf-8'

test.each<[string, Partial<Refusal>, string, string]>([
  ['an object is JSON', {}, json, '{"error":"token_missing"}'],
  ['a text without a content type is JSON', { body: 'no' }, json, '"no"'],
  ['a text with one goes out as it is', { body: 'no', headers: { 'Content-Type': 'text/plain' } }, 'text/plain', 'no'],
  [
    'JSON keeps the content type that a hook chose',
    { headers: { 'content-type': 'a/b+json' } },
    'a/b+json',
    '{"error":"token_missing"}',
  ],
  ['no body at all is an empty one', { body: undefined }, json, ''],
])('%s', (_, shaped, contentType, text) => {
  const rendered = renderRefusal({ ...refusal, ...shaped })
  expect(new Headers(rendered.headers).get('content-type')).toBe(contentType)
  expect(rendered).toMatchObject({ status: 401, text })
})
