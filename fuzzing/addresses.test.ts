import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { expect } from 'vitest'
import { ClientError } from '../packages/client/src/client-error.ts'
import { parseOptions } from '../packages/client/src/parse-options.ts'
import { ConfigurationError, loadConfig, settingVariables } from '../packages/server/src/config.ts'
import { parseClientIdUrl } from '../packages/server/src/domain/client-documents/parse-client-id-url.ts'
import type { Client } from '../packages/server/src/domain/clients/client.ts'
import { parseClient } from '../packages/server/src/domain/clients/parse-client.ts'
import { isRedirectUriOf } from '../packages/server/src/domain/clients/redirect-uri.ts'
import { parseNetwork } from '../packages/server/src/domain/throttle/parse-network.ts'
import { parseUpstream } from '../packages/server/src/domain/upstreams/parse-upstream.ts'
import { parseWebhook } from '../packages/server/src/domain/webhooks/parse-webhook.ts'
import { DatabaseError } from '../packages/server/src/platform/database/database-error.ts'
import { parseDatabaseUrl } from '../packages/server/src/platform/database/parse-database-url.ts'
import { isLoopbackAddress, isLoopbackHost } from '../packages/server/src/platform/http/is-loopback-host.ts'
import { parseSmtpUrl } from '../packages/server/src/platform/mail/parse-smtp-url.ts'
import { isPublicAddress } from '../packages/server/src/platform/public-fetch/is-public-address.ts'
import { hostileText, mutated, textLike } from './hostile.ts'
import { fuzz, inBoundedTime, orItsError } from './property.ts'

const registered = [
  'https://app.example.com/callback?a=b',
  'http://127.0.0.1:5000/callback',
  'http://[::1]/callback',
  'http://localhost:8080/',
  'com.example.app:/callback',
  'http://127.0.0.1/?x=1',
] as const
const client = (uri: string) => ({ redirectUris: [uri] }) as unknown as Client
const redirect = fc
  .constantFrom(...registered)
  .chain((uri) =>
    fc.tuple(
      fc.constant(uri),
      fc.oneof(
        mutated(uri, uri.replace(/:\d+/, ''), uri.replace(/^(http:\/\/[^/:]+|http:\/\/\[::1\])(:\d+)?/, '$1:61234')),
        textLike(...registered),
      ),
    ),
  )

fuzz(
  'redirect URI',
  'RFC 8252 §7.3: as registered to the character; on a loopback address with any port',
  redirect,
  ([uri, presented]) => {
    const isTaken = inBoundedTime(() => isRedirectUriOf(client(uri), presented))
    expect(isTaken).toBe(uri === presented || differsInPortAlone(uri, presented))
  },
)

/** By WHATWG's own parser, and by the characters before and after the port: not by the expression under test. */
function differsInPortAlone(uri: string, presented: string): boolean {
  if (!uri.startsWith('http://') || !presented.startsWith('http://') || !URL.canParse(presented)) return false
  const hosts = ['127.0.0.1', '[::1]', 'localhost']
  const host = hosts.find((one) => presented.startsWith(`http://${one}`) && uri.startsWith(`http://${one}`))
  if (host === undefined) return false
  const [rest, wanted] = [presented, uri].map((text) => text.slice(`http://${host}`.length))
  const withoutPort = (text = '') =>
    text.startsWith(':') ? text.slice(1 + (/^\d*/.exec(text.slice(1))?.[0].length ?? 0)) : text
  const port = rest?.startsWith(':') ? (/^\d*/.exec(rest.slice(1))?.[0] ?? '') : '80'
  const isEnded = /^([/?#]|$)/.test(withoutPort(rest))
  return (
    port !== '' && port.length <= 5 && Number(port) <= 65_535 && isEnded && withoutPort(rest) === withoutPort(wanted)
  )
}

fuzz(
  'redirect URI',
  'RFC 6749 §3.1.2: what is registered is absolute, without fragment, user and blank, and no script',
  textLike(...registered, 'javascript:alert(1)', 'https://user@app.example.com/'),
  (text) => {
    const parsed = inBoundedTime(() => parseClient({ name: 'Shop', type: 'public', redirectUris: [text] }))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    const url = new URL(text)
    expect([url.hash, url.username, url.password]).toEqual(['', '', ''])
    expect(text).not.toMatch(/[\s#\p{Cc}]/u)
    expect(url.protocol).not.toMatch(/^(javascript|data|vbscript|file|blob|about):$/)
    if (url.protocol === 'http:') expect(isLoopbackHost(url.hostname)).toBe(true)
  },
)

const ip = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  textLike(
    '127.0.0.1',
    '::1',
    'fe80::1%eth0',
    '::ffff:7f00:1',
    '2001:db8::1',
    'localhost',
    '127.0.0.1.evil.example',
    'a.localhost',
  ),
)

fuzz('loopback host', 'RFC 6761 §6.3: nothing that a resolver or a socket takes for another machine', ip, (text) => {
  const isHost = inBoundedTime(() => isLoopbackHost(text))
  const isAddress = inBoundedTime(() => isLoopbackAddress(text))
  const bare = text.replace(/^\[|\]$/g, '')
  if (isAddress) expect(isIP(text)).not.toBe(0)
  if (isHost && isIP(bare) === 4) expect(bare).toMatch(/^127\./)
  if (isHost && isIP(bare) === 6) expect(bare).toBe('::1')
  if (isHost && isIP(bare) === 0) expect(bare).toMatch(/(^|\.)localhost$|^127(\.\d{1,3}){3}$/)
})

fuzz('network of an address', 'RFC 6177 §2: an address is in the network that it is counted under', ip, (text) => {
  const network = inBoundedTime(() => parseNetwork(text))
  // As RFC 3986 §3.2 writes a host and its port.
  const bare = text.replace(/^\[(.*)\](:\d{1,5})?$/, '$1')
  if (network === 'unknown') return void expect(isIP(text)).toBe(0)
  if (isIP(network) === 4) return void expect(parseNetwork(network)).toBe(network)
  const [prefix = '', bits] = network.split('/')
  const list = new BlockList()
  list.addSubnet(prefix, Number(bits), 'ipv6')
  expect(list.check(bare.split('%')[0] ?? '', 'ipv6')).toBe(true)
  expect(bits).toBe('64')
})

const inside = new BlockList()
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['0.0.0.0', 8],
  ['224.0.0.0', 4],
] as const)
  inside.addSubnet(address, bits)
const isInside = (address: string) =>
  isIP(address) === 4
    ? inside.check(address)
    : !/^[23]/.test(new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1))

fuzz('address to fetch from', 'RFC 6890: none within a network of one’s own, in whatever spelling', ip, (text) => {
  if (inBoundedTime(() => isPublicAddress(text))) expect([isIP(text) !== 0, isInside(text)]).toEqual([true, false])
})

const webAddresses = textLike(
  'https://app.example.com/client.json',
  'https://127.0.0.1/',
  'https://[::ffff:10.0.0.1]/x',
  'https://2130706433/',
  'https://localhost/a',
  'https://a.example./x',
  'https://user:pass@example.com/',
  'https://example.com/#a',
)

fuzz('client_id that is a URL', 'is in its normal form, so that one client has one id', webAddresses, (text) => {
  const url = inBoundedTime(() => parseClientIdUrl(text))
  if (url === undefined) return
  expect([url.href, url.protocol, url.username, url.hash]).toEqual([text, 'https:', '', ''])
  expect(text.length).toBeLessThanOrEqual(512)
})

fuzz(
  'webhook',
  'an https address that is none of this network, or a sentence',
  fc.tuple(webAddresses, fc.array(textLike('account.created', '*'), { maxLength: 2 }), hostileText),
  ([url, events, description]) => {
    const parsed = inBoundedTime(() => parseWebhook({ url, events, description }, false))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    const { protocol, hostname, username, hash } = new URL(parsed.webhook.url)
    const bare = hostname.replace(/^\[|\]$/g, '')
    expect([protocol, username, hash]).toEqual(['https:', '', ''])
    expect(isIP(bare) === 0 ? isLoopbackHost(hostname) : isInside(bare)).toBe(false)
  },
)

fuzz(
  'upstream provider',
  'an issuer that is https and written as it is compared, or a sentence',
  fc.record({ id: textLike('google'), issuer: webAddresses, clientId: textLike('abc'), name: textLike('Google') }),
  (input) => {
    const parsed = inBoundedTime(() => parseUpstream(input))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    expect(parsed.upstream.issuer).toMatch(/^https?:\/\/[^?#\s]+$/)
  },
)

fuzz(
  'database URL',
  'an address whose shown form has not the password, or a database error',
  textLike(
    'sqlite:./data/x.db',
    'postgres://ada:s3cretword@db.example.com:5432/ostiary?sslmode=require',
    'postgres://ada:s3cretword@a:5432,b:5433/ostiary?target_session_attrs=read-write&pool_max=20',
    'postgresql:///x',
    'sqlite::memory:',
  ),
  (text) => {
    const address = orItsError(() => parseDatabaseUrl(text), DatabaseError)
    if (address?.dialect !== 'postgresql') return void expect(address?.path ?? '').not.toContain('\0')
    expect(address.shown).toMatch(/^postgres:\/\/(?:[^:@/]*@)?[^@]*$/)
    expect(address.hosts.length).toBeGreaterThan(0)
  },
)

fuzz(
  'SMTP URL',
  'a host, a port and how it is encrypted, or words that repeat nothing of it',
  textLike(
    'smtp://ada:s3cretword@mail.example.com:587',
    'smtps://mail.example.com',
    'smtp://[::1]:25?allowUnencryptedConnection=yes',
  ),
  (text) => {
    const parsed = inBoundedTime(() => parseSmtpUrl(text))
    if (!parsed.ok) return void expect(parsed.what).not.toContain('s3cretword')
    const { host, port, encryption } = parsed.server
    expect(host).toMatch(/^[A-Za-z0-9._:-]+$/)
    expect(port >= 0 && port <= 65_535).toBe(true)
    if (encryption === 'none') expect(isLoopbackHost(host)).toBe(true)
  },
)

const variables = Object.values(settingVariables).filter((name) => name !== undefined)
const environment = fc.dictionary(
  fc.constantFrom(...variables, 'OSTIARY_SECRET'),
  textLike(
    'https://login.example.com',
    '127.0.0.1',
    '8080',
    'sqlite:./a.db',
    '10.0.0.0/8, ::1',
    'info',
    'on',
    'open',
    '14',
    'a <a@example.com>',
    'smtp://mail.example.com',
    Buffer.alloc(32, 7).toString('base64url'),
  ),
  { maxKeys: 4 },
)

fuzz(
  'settings',
  'a configuration, or one sentence that names the setting and never the secret',
  environment,
  (given) => {
    try {
      inBoundedTime(() => loadConfig({ environment: given, file: {}, folder: '/nonexistent' }))
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      const { OSTIARY_SECRET: secret = '', ...others } = given
      // Whoever has put it into another setting is told what that one holds.
      const isSecret = secret.includes('BwcHBwcHBwcHBwcHBwc') && !Object.values(others).includes(secret)
      if (isSecret) expect((error as Error).message).not.toContain(secret)
    }
  },
  { runs: 150 },
)

fuzz(
  'options of the client',
  'are taken, or refused as a wrong configuration',
  fc.record({
    issuer: textLike('https://login.example.com/', 'http://127.0.0.1:8080'),
    audience: fc.option(textLike('https://api.example.com'), { nil: undefined }),
    apis: fc.option(fc.array(textLike('https://api.example.com/v1'), { maxLength: 2 }), { nil: undefined }),
  }),
  (options) => {
    const settings = orItsError(() => parseOptions(JSON.parse(JSON.stringify(options))), ClientError)
    for (const api of settings?.apis ?? []) expect(api).toMatch(/^https?:\/\/[^?#]+\/$/)
  },
)
