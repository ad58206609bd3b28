import { describe, expect, test } from 'vitest'
import { makeRequest, type Sent } from '../../testing/make-request.ts'
import type { TokenLocation } from '../guard.ts'
import type { TokenLocations } from '../guard-options.ts'
import { findToken, isCredentials } from './find-token.ts'

const everywhere: TokenLocations = { cookie: 'at', query: 'token', body: 'access_token' }
const several = { ok: false, sentence: 'several tokens' }
const at = (place: TokenLocation, token = 'abc') => ({ ok: true, token, place })

function find(sent: Sent, locations = everywhere) {
  return findToken(makeRequest({ method: 'POST', ...sent }), locations)
}

describe('in the Authorization header', () => {
  test.each<[string, string | readonly string[], unknown]>([
    ['RFC 6750 §2.1: behind Bearer and a blank', 'Bearer abc', at('header')],
    ['RFC 6750 §2.1: behind several', 'Bearer   abc', at('header')],
    ['RFC 9110 §11.1: in whatever case', 'bEaReR abc', at('header')],
    ['in the only one of a list', ['Bearer abc'], at('header')],
    ['what stands there is handed out as it is', 'Bearer abc def', at('header', 'abc def')],
    ['the scheme alone has an empty one', 'Bearer', at('header', '')],
    ['the scheme and blanks', 'Bearer  ', at('header', '')],
    ['a tab is none of the blanks', 'Bearer\tabc', at('header', '\tabc')],
    ['another scheme is no token', 'Basic abc', undefined],
    ['a scheme that begins like ours', 'BearerX abc', undefined],
    ['a scheme that begins like ours and goes on by a sign', 'Bearer!abc', undefined],
    ['a scheme that ends like ours', 'XBearer abc', undefined],
    ['an empty header', '', undefined],
    ['two of ours', ['Bearer abc', 'Bearer abc'], several],
    ['one of ours and another', ['Basic abc', 'bearer abc'], several],
    ['two of others', ['Basic abc', 'Digest abc'], undefined],
    ['an empty list', [], undefined],
  ])('%s', (_, authorization, found) => {
    expect(find({ authorization })).toEqual(found)
  })

  test('nobody looks there when it is switched off', () => {
    expect(find({ authorization: 'Bearer abc' }, { header: false })).toBeUndefined()
    expect(find({ authorization: 'Bearer abc' }, { header: true })).toEqual(at('header'))
  })
})

describe('in a cookie', () => {
  test.each<[string, string | readonly string[], unknown]>([
    ['RFC 6265 §4.2: among others', 'a=b; at=abc; c=d', at('cookie')],
    ['without a blank', 'a=b;at=abc;c=d', at('cookie')],
    ['in the second header', ['a=b', 'at=abc'], at('cookie')],
    ['in one of two headers, whose pairs stay apart', ['at=abc', 'a=b'], at('cookie')],
    ['with all behind the first equals sign', 'at=a=b=', at('cookie', 'a=b=')],
    ['not one of a longer name', 'xat=abc; at2=abc', undefined],
    ['not a name without a value', 'at', undefined],
    ['not an empty one', 'at=', undefined],
    ['two of the name', 'at=abc; at=abc', several],
    ['two of the name in two headers', ['at=abc', 'at=abc'], several],
  ])('%s', (_, cookie, found) => {
    expect(find({ cookie })).toEqual(found)
  })
})

describe('in the query', () => {
  test.each<[string, string, unknown]>([
    ['RFC 6750 §2.3: among others', '/x?a=b&token=abc', at('query')],
    ['decoded', '/x?token=a%2Bc', at('query', 'a+c')],
    ['behind the first question mark alone', '/x?a=?token=abc', undefined],
    ['not in the path', '/token=abc', undefined],
    ['not in a path that begins as a query does', '&token=abc', undefined],
    ['not of another name', '/x?tokens=abc', undefined],
    ['not an empty one', '/x?token=', undefined],
    ['two of the name', '/x?token=abc&token=abc', several],
  ])('%s', (_, url, found) => {
    expect(find({ url })).toEqual(found)
  })
})

describe('in the body', () => {
  test.each<[string, string, unknown, unknown]>([
    ['RFC 6750 §2.2: of a POST', 'POST', { access_token: 'abc' }, at('body')],
    ['of a PUT', 'PUT', { access_token: 'abc' }, at('body')],
    ['the only one of a list', 'POST', { access_token: ['abc'] }, at('body')],
    ['RFC 6750 §2.2: not of a GET', 'GET', { access_token: 'abc' }, undefined],
    ['RFC 6750 §2.2: nor of a HEAD', 'HEAD', { access_token: 'abc' }, undefined],
    ['not where there is none', 'POST', undefined, undefined],
    ['not in what is no object', 'POST', Object.assign([], { access_token: 'abc' }), undefined],
    ['not of another object', 'POST', Object.create({ access_token: 'abc' }), undefined],
    ['not an empty one', 'POST', { access_token: '' }, undefined],
    ['not null', 'POST', { access_token: null }, undefined],
    ['not of an empty list', 'POST', { access_token: [] }, undefined],
    ['a number is none', 'POST', { access_token: 7 }, { ok: false, sentence: 'no text in the body' }],
    ['a list of two', 'POST', { access_token: ['abc', 'abc'] }, several],
  ])('%s', (_, method, body, found) => {
    expect(find({ method, body })).toEqual(found)
  })
})

test.each<[string, Sent]>([
  ['header and cookie', { authorization: 'Bearer abc', cookie: 'at=abc' }],
  ['cookie and query', { cookie: 'at=abc', url: '/?token=abc' }],
  ['query and body', { url: '/?token=abc', body: { access_token: 'abc' } }],
  ['header and body', { authorization: 'Bearer abc', body: { access_token: 'abc' } }],
  ['one that is wrong and one that is not', { cookie: 'at=abc', body: { access_token: 7 } }],
])('RFC 6750 §2: %s are two places, which no client may use at once', (_, sent) => {
  expect(find(sent)).toEqual(several)
})

test('each place but the header is looked at only where the guard was told its name', () => {
  const sent = { cookie: 'at=abc; undefined=abc', url: '/?token=abc&undefined=abc', body: { undefined: 'abc' } }
  expect(find(sent, {})).toBeUndefined()
  expect(find(sent, { query: 'token' })).toEqual(at('query'))
})

test('RFC 6750 §2.1: what may stand behind the scheme is one b64token', () => {
  for (const text of ['a', 'A1-._~+/', 'abc=', 'abc==']) expect(isCredentials(text), text).toBe(true)
  for (const text of ['', '=', 'a b', 'a,b', 'a=b', 'tok€n', ' a', 'a\n', '"a"'])
    expect(isCredentials(text), text).toBe(false)
})
