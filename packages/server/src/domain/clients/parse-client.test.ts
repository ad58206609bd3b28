import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { createClient } from './create-client.ts'
import { parseClient } from './parse-client.ts'

const vectors = new URL('../../../../../../shared/vectors/naughty-strings/blns.json', import.meta.url)
const name = 'Web shop'

test.each([
  'https://app.example.com/callback?a=b',
  'http://127.0.0.1:5000/callback',
  'http://[::1]/callback',
  'http://localhost:8080/',
  'com.example.app:/callback',
])('RFC 8252 §7: %s is a redirect URI', (uri) => {
  expect(parseClient({ name, type: 'public', redirectUris: [uri, uri] })).toEqual({
    ok: true,
    client: {
      name,
      type: 'public',
      redirectUris: [uri],
      grants: ['authorization_code', 'refresh_token'],
      scopes: [],
      isFirstParty: false,
      idTokenAlgorithm: 'ES256',
      postLogoutRedirectUris: [],
      userinfoAlgorithm: undefined,
      backchannelLogout: undefined,
      keys: undefined,
      isDpopRequired: false,
      isPushRequired: false,
      requiredAcr: undefined,
      sessionLimits: { idleMilliseconds: 30 * 86_400_000, absoluteMilliseconds: 365 * 86_400_000 },
    },
  })
})

test.each([
  'http://app.example.com/',
  'http://127.0.0.1.evil.example/',
  'https://app.example.com/#fragment',
  'https://user:pass@app.example.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  '/callback',
  'https://app.example.com/ a',
  `https://app.example.com/${'a'.repeat(10_000)}`,
])('RFC 6749 §3.1.2: %.60s is none', (uri) => {
  expect(parseClient({ name, type: 'public', redirectUris: [uri] })).toEqual({
    ok: false,
    sentence: expect.stringContaining('redirect URI'),
  })
})

test.each([
  ['RFC 6749 §4.4: a public client with client_credentials', { type: 'public', grants: ['client_credentials'] }],
  ['authorization_code without a redirect URI', { type: 'confidential', grants: ['authorization_code'] }],
  ['RFC 9700 §2.4: the grant password', { type: 'confidential', grants: ['password'] }],
  ['a type that is none', { type: 'secret' }],
  ['RFC 6749 §3.3: a scope with a quote', { type: 'public', scopes: ['a"b'] }],
  ['a duration without a unit', { type: 'public', idle: '30' }],
  ['sessions that idle for longer than they live', { type: 'public', idle: '2d', lifetime: '1d' }],
  ['sessions of ten years', { type: 'public', lifetime: '3650d' }],
])('%s is refused with a sentence', (_, input) => {
  expect(parseClient({ name, ...input })).toEqual({ ok: false, sentence: expect.stringMatching(/^[A-Z].*\.$/) })
})

forEachDatabase('clients', ({ open }) => {
  test('RFC 9068 §5: a client id is never an account id, a confidential client has 256 random bits, and both are audited', async () => {
    const database = await open({ migrations })
    const confidential = parseClient({ name, type: 'confidential', grants: ['client_credentials'] })
    const publicOne = parseClient({ name, type: 'public' })
    if (!confidential.ok || !publicOne.ok) throw new Error('a test describes its clients properly')
    const [withSecret, without] = await database.write(async (tx) => [
      await createClient(tx, confidential.client, 'cli'),
      await createClient(tx, publicOne.client, 'cli'),
    ])
    expect(withSecret?.client.id).toMatch(/^cli_[\w-]{22}$/)
    expect(withSecret?.secret).toMatch(/^[\w-]{43}$/)
    expect(without).not.toHaveProperty('secret')
    const events = await listAuditEvents(database.read, { limit: 10 })
    expect(events.map(({ act, clientId }) => [act, clientId]).sort()).toEqual(
      [withSecret, without].map((created) => ['client.created', created?.client.id]).sort(),
    )
  })

  test.skipIf(!existsSync(vectors))(
    'each naughty string as a name is stored exactly, or refused with a sentence; as a redirect URI it is none or itself',
    async () => {
      const database = await open({ migrations })
      const strings: string[] = JSON.parse(readFileSync(vectors, 'utf8'))
      let stored = 0
      for (const text of strings) {
        const redirecting = parseClient({ name, type: 'public', redirectUris: [text] })
        if (redirecting.ok) expect(redirecting.client.redirectUris).toEqual([text])
        const parsed = parseClient({ name: text, type: 'public' })
        if (!parsed.ok) {
          expect(parsed.sentence, text).toMatch(/^[A-Z].*\.$/)
          continue
        }
        const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
        expect(client.name).toBe(text)
        stored += 1
      }
      expect(stored).toBeGreaterThan(400)
    },
  )
})
