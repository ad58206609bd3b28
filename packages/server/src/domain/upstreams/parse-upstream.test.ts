import { expect, it } from 'vitest'
import { parseUpstream, type UpstreamInput } from './parse-upstream.ts'

const issuer = 'https://login.example.com'
const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

it.each<[string, Partial<UpstreamInput>, object]>([
  ['Google', { preset: 'google' }, { id: 'google', issuer: 'https://accounts.google.com', isEmailTrusted: true }],
  [
    'one directory of Microsoft, whose addresses nobody verifies',
    { preset: 'microsoft', tenant },
    { id: 'microsoft', issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, isEmailTrusted: false },
  ],
  [
    'Apple, by a key of a developer',
    { preset: 'apple', teamId: 'TEAM123456', keyId: 'ABC123DEFG' },
    { id: 'apple', scopes: ['openid', 'name', 'email'], appleKey: { teamId: 'TEAM123456', keyId: 'ABC123DEFG' } },
  ],
  [
    'GitHub, which knows no scope openid',
    { preset: 'github' },
    { id: 'github', issuer: 'https://github.com', kind: 'oauth2', scopes: ['read:user', 'user:email'] },
  ],
  [
    'an Enterprise Server of GitHub',
    { preset: 'github', issuer: 'https://git.example.com' },
    { id: 'github', issuer: 'https://git.example.com', kind: 'oauth2' },
  ],
  ['a preset by another id and name', { preset: 'google', id: 'g', name: 'Work' }, { id: 'g', name: 'Work' }],
  [
    'any issuer, closed by default',
    { id: 'work', issuer },
    { name: 'work', issuer, scopes: ['openid', 'profile', 'email'], opensAccounts: false },
  ],
  ['an issuer with a path', { id: 'work', issuer: `${issuer}/realm` }, { issuer: `${issuer}/realm` }],
  ['http on loopback', { id: 'work', issuer: 'http://127.0.0.1:4000' }, { issuer: 'http://127.0.0.1:4000' }],
])('%s can be registered', (_, input, described) => {
  const parsed = parseUpstream({ clientId: 'ostiary', ...input })
  expect(parsed).toMatchObject({ ok: true, upstream: { clientId: 'ostiary', ...described } })
})

it.each<[string, Partial<UpstreamInput>, RegExp]>([
  ['no issuer', { id: 'work' }, /https URL/],
  ['plain http elsewhere', { id: 'work', issuer: 'http://login.example.com' }, /https URL/],
  ['another scheme', { id: 'work', issuer: 'ftp://login.example.com' }, /https URL/],
  ['Discovery §4.1: a query in the issuer', { id: 'work', issuer: `${issuer}?a=b` }, /query/],
  ['a user name in the issuer', { id: 'work', issuer: 'https://a:b@login.example.com' }, /user name/],
  ['an issuer beside a preset', { preset: 'google', issuer }, /preset/],
  ['Apple without a key', { preset: 'apple', teamId: 'TEAM123456' }, /--key-id/],
  ['Apple without a team', { preset: 'apple', keyId: 'ABC123DEFG' }, /--team-id/],
  ['a key id in small letters', { preset: 'apple', teamId: 'TEAM123456', keyId: 'abc123defg' }, /--key-id/],
  ['Apple without a secret', { preset: 'apple', public: true }, /--public/],
  ['GitHub without a secret', { preset: 'github', public: true }, /--public/],
  ['a key of Apple for another', { preset: 'google', keyId: 'ABC123DEFG' }, /--key-id/],
  ['an Enterprise Server with a path', { preset: 'github', issuer: `${issuer}/git` }, /path/],
  ['GitHub over plain http', { preset: 'github', issuer: 'http://git.example.com' }, /https URL/],
  ['no tenant', { preset: 'microsoft' }, /tenant/],
  ['every tenant', { preset: 'microsoft', tenant: 'common' }, /GUID/],
  ['a tenant of nothing', { id: 'work', issuer, tenant }, /tenant/],
  ['no id', { issuer }, /id must be/],
  ['an id with a slash', { id: 'a/b', issuer }, /id must be/],
  ['a name that nobody sees', { id: 'work', issuer, name: ' ' }, /name/],
  ['an empty client id', { id: 'work', issuer, clientId: '' }, /client id/],
  ['no scope openid', { id: 'work', issuer, scopes: ['email'] }, /openid/],
  ['RFC 6749 §3.3: a scope of two words', { id: 'work', issuer, scopes: ['openid', 'a b'] }, /scope/],
])('%s is refused with a sentence', (_, input, sentence) => {
  const parsed = parseUpstream({ clientId: 'ostiary', ...input })
  expect(parsed).toEqual({ ok: false, sentence: expect.stringMatching(sentence) })
})
