import { expect, test } from 'vitest'
import { parseModule } from '../read-module.ts'
import { findClaims } from './find-claims.ts'
import { parseCitations } from './parse-citations.ts'

test.each([
  ['one place', 'RFC 7636 §4.6: x', ['RFC 7636 §4.6']],
  [
    'two specifications',
    'RFC 8414 §3 and OpenID Connect Discovery §4: x',
    ['RFC 8414 §3', 'OpenID Connect Discovery 1.0 §4'],
  ],
  ['two sections of one', 'RFC 8414 §3.1, §5: x', ['RFC 8414 §3.1', 'RFC 8414 §5']],
  ['a number without a sign', 'OWASP ASVS 5.0 6.3.8: x', ['OWASP ASVS 5.0 6.3.8']],
  ['all of one', 'RFC 7009: x', ['RFC 7009 ']],
  ['another name of the same', 'Fetch §4.4: x', ['Fetch Standard §4.4']],
  ['words before', 'as RFC 7009 says: x', []],
  ['words behind', 'RFC 7520 and RFC 8037, the JOSE cookbook: x', []],
  ['no claim', 'RFC 7009 §2', []],
])('a title is read: %s', (_, title, places) => {
  const found = parseCitations(title).citations.map(({ specification, section }) => `${specification} ${section}`)
  expect(found).toEqual(places)
})

test.each([
  ['a test', "it('RFC 7009 §2: x', f)", ['x']],
  ['a template', `test(\`RFC 7009 §2: \${a} y\`, f)`, ['… y']],
  ['a table', "it.each(['ES256'])('RFC 7009 §2: x (%s)', f)", ['x (%s)']],
  ['rows with titles', "it.each([['RFC 7009 §2: x', 1], ['y', 2]])('%s is refused', f)", ['x is refused']],
  [
    'rows of a table with a name',
    "const t = [{ title: 'RFC 7009 §2: x' }]; it.each(t)('is so: $title', f)",
    ['is so: x'],
  ],
  ['the nearest of two', "const t = [['y']]; { const t = [r('RFC 7009 §2: x')]; it.each(t)('%s', f) }", ['x']],
  ['a table once', "const t = ['RFC 7009 §2: x']; it.each(t)('%s', f); it.each(t)('explained: %s', f)", ['x']],
  ['a group', "describe('RFC 7009 §2', () => { it('x', f); it('RFC 7662 §2: y', f) })", ['x', 'y']],
  ['a row with two places', "it.each([['RFC 7009 §2, RFC 7662 §2: x']])('%s', f)", ['x', 'x']],
  ['rows in a group', "describe('refused', () => { it.each([['RFC 7009 §2: x']])('%s', f) })", ['refused: x']],
  ['a condition', "it.skipIf(a)('RFC 7009 §2: x', f)", ['x']],
  ['nothing in other calls', "log('RFC 7009 §2: x'); it('y', f)", []],
])('claims are found: %s', (_, source, claims) => {
  expect(findClaims(parseModule('a.test.ts', source).nodes).map(({ claim }) => claim)).toEqual(claims)
})

test('claims are found in a table that is imported', () => {
  const table = parseModule('b.ts', "export const t = ['RFC 7009 §2: x']").nodes
  const { nodes } = parseModule('a.test.ts', "import { t } from './b.ts'; it.each(t)('%s', f)")
  expect(findClaims(nodes, table)).toEqual([{ specification: 'RFC 7009', section: '§2', claim: 'x' }])
  expect(findClaims(nodes)).toEqual([])
})
