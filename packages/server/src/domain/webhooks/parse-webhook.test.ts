import { expect, test } from 'vitest'
import { parseWebhook } from './parse-webhook.ts'

const url = 'https://example.com/ostiary'

test.each([url, 'https://example.com:8443/a?b=c', 'https://1.1.1.1/'])('%s can be told of events', (good) => {
  expect(parseWebhook({ url: good, events: ['*'] }, false)).toMatchObject({ ok: true })
})

test.each([
  'http://example.com/',
  'https://ada:secret@example.com/',
  'https://example.com/#a',
  'https://example.com/#',
  'https://localhost/',
  'https://a.localhost/',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://10.0.0.1/',
  'https://169.254.169.254/latest',
  'https://[fd00::1]/',
  'https://0x7f.1/',
  'https://2130706433/',
  'ftp://example.com/',
  'example.com',
  '',
  `https://example.com/${'a'.repeat(2048)}`,
])('%s cannot', (bad) => {
  expect(parseWebhook({ url: bad, events: ['*'] }, false)).toMatchObject({ ok: false })
})

test.each<[string, boolean]>([
  ['http://localhost:3000/', true],
  ['http://127.0.0.1/', true],
  ['https://10.0.0.1/', true],
  ['http://10.0.0.1/', false],
  ['http://example.com/', false],
])('where private networks are allowed, %s: %s', (text, ok) => {
  expect(parseWebhook({ url: text, events: ['*'] }, true)).toMatchObject({ ok })
})

test.each([
  ['http://127.0.0.1:5001/', true],
  ['https://10.0.0.1/', true],
  ['http://example.com/', false],
  ['ftp://127.0.0.1/', false],
])('%s: that a setting would let it in is told: %s', (text, told) => {
  const parsed = parseWebhook({ url: text, events: ['*'] }, false)
  const sentence = parsed.ok ? '' : parsed.sentence
  expect(sentence.includes('OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS=on')).toBe(told)
})

test.each([
  [[]],
  [['account']],
  [['account.']],
  [['*.created']],
  [['acc*']],
  [['account.unheard_of']],
  [['constructor']],
  [['']],
  [Array.from({ length: 101 }, () => '*')],
])('events are types, families or all of them, and no others: %j', (events) => {
  expect(parseWebhook({ url, events }, false)).toMatchObject({ ok: false })
})

test('events are kept once each, and a description has no invisible characters', () => {
  const events = ['session.*', 'account.created', 'session.*']
  expect(parseWebhook({ url, events, description: 'CRM' }, false)).toEqual({
    ok: true,
    webhook: { url, description: 'CRM', events: ['account.created', 'session.*'] },
  })
  for (const description of ['a\nb', '\u202e', 'a'.repeat(201)])
    expect(parseWebhook({ url, events, description }, false)).toMatchObject({ ok: false })
})
