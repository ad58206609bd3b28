import { expect, test } from 'vitest'
import { isCanonicalJws } from './is-canonical-jws.ts'

// RFC 7515 §A.1.
const token = 'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

test('RFC 7515 §A.1: a JWS in the spelling that encoding gives', () => {
  expect(isCanonicalJws(token)).toBe(true)
})

test.each([`${token}=`, `${token.slice(0, -1)}l`, ` ${token}`, token.replaceAll('-', '+'), `${token}İ`])(
  'RFC 4648 §3.5: not in another that decoders read as the same: %s',
  (text) => expect(isCanonicalJws(text)).toBe(false),
)
