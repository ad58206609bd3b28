import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AuthorizationScene, addClient } from '../../../testing/authorization-scene.ts'

const loopback = ['http://127.0.0.1/cb', 'http://[::1]/cb', 'https://127.0.0.1:8443/cb'] as const

/** Against https://app.example.com/callback, which is registered. */
const lookalikes: readonly [what: string, redirectUri: string][] = [
  ['user information', 'https://app.example.com@evil.example/callback'],
  ['user information with a password', 'https://app.example.com:443@evil.example/callback'],
  ['user information before the right host', 'https://evil@app.example.com/callback'],
  ['an encoded at sign', 'https://app.example.com%40evil.example/callback'],
  ['a host that ends otherwise', 'https://app.example.com.evil.example/callback'],
  ['a host that begins otherwise', 'https://evil-app.example.com/callback'],
  ['a host without its dot', 'https://appXexample.com/callback'],
  ['a subdomain', 'https://x.app.example.com/callback'],
  ['the parent domain', 'https://example.com/callback'],
  ['an upper-case host', 'https://APP.example.com/callback'],
  ['an upper-case scheme', 'HTTPS://app.example.com/callback'],
  ['an upper-case path', 'https://app.example.com/Callback'],
  ['a trailing dot of the host', 'https://app.example.com./callback'],
  ['a trailing slash', 'https://app.example.com/callback/'],
  ['a doubled slash', 'https://app.example.com//callback'],
  ['a third slash', 'https:///app.example.com/callback'],
  ['a missing slash', 'https:/app.example.com/callback'],
  ['no slashes', 'https:app.example.com/callback'],
  ['no scheme', '//app.example.com/callback'],
  ['only a path', '/callback'],
  ['a dot segment', 'https://app.example.com/./callback'],
  ['a dot-dot segment', 'https://app.example.com/callback/../callback'],
  ['a dot-dot segment to elsewhere', 'https://app.example.com/callback/../open-redirect'],
  ['an encoded dot-dot segment', 'https://app.example.com/%2e%2e/callback'],
  ['an encoded slash', 'https://app.example.com%2Fcallback'],
  ['an encoded letter', 'https://app.example.com/%63allback'],
  ['a path parameter', 'https://app.example.com/callback;x=1'],
  ['the default port', 'https://app.example.com:443/callback'],
  ['another port', 'https://app.example.com:8443/callback'],
  ['an empty port', 'https://app.example.com:/callback'],
  ['plain http', 'http://app.example.com/callback'],
  ['another scheme', 'com.example.app:/callback'],
  ['a script', 'javascript:alert(1)//https://app.example.com/callback'],
  ['data', 'data:text/html,https://app.example.com/callback'],
  ['a query', 'https://app.example.com/callback?next=https://evil.example'],
  ['an empty query', 'https://app.example.com/callback?'],
  ['a fragment', 'https://app.example.com/callback#x'],
  ['an empty fragment', 'https://app.example.com/callback#'],
  ['a host as a fragment', 'https://evil.example#app.example.com/callback'],
  ['a host as a query', 'https://evil.example?app.example.com/callback'],
  ['a host as a path', 'https://evil.example/app.example.com/callback'],
  ['a backslash before the host', 'https:\\\\app.example.com/callback'],
  ['a backslash after the host', 'https://evil.example\\@app.example.com/callback'],
  ['a full-width dot', 'https://app．example.com/callback'],
  ['an ideographic full stop', 'https://app。example.com/callback'],
  ['a full-width slash', 'https://app.example.com／callback'],
  ['a Cyrillic letter', 'https://аpp.example.com/callback'],
  ['a zero-width space', 'https://app.example.com/call\u200bback'],
  ['a text that turns direction', 'https://app.example.com/callback\u202e'],
  ['a blank before', ' https://app.example.com/callback'],
  ['a blank after', 'https://app.example.com/callback '],
  ['a tab inside', 'https://app.exa\tmple.com/callback'],
  ['a newline after', 'https://app.example.com/callback\n'],
  ['a carriage return and a header', 'https://app.example.com/callback\r\nset-cookie: a=b'],
  ['a NUL', 'https://app.example.com/callback\u0000'],
  ['two addresses', 'https://app.example.com/callback https://evil.example/'],
  ['a wildcard', 'https://*.example.com/callback'],
  ['a prefix', 'https://app.example.com/'],
  ['a longer path', 'https://app.example.com/callback/more'],
  ['a percent sign that encodes nothing', 'https://app.example.com/callback%'],
]

/** Against the loopback addresses above. */
const foreignLoopback: readonly [what: string, redirectUri: string][] = [
  ['another loopback address', 'http://127.0.0.2:5000/cb'],
  ['localhost', 'http://localhost:5000/cb'],
  ['a short address', 'http://127.1:5000/cb'],
  ['a hexadecimal address', 'http://0x7f000001:5000/cb'],
  ['a decimal address', 'http://2130706433:5000/cb'],
  ['a long IPv6 address', 'http://[0:0:0:0:0:0:0:1]:5000/cb'],
  ['an address inside IPv6', 'http://[::ffff:127.0.0.1]:5000/cb'],
  ['all addresses', 'http://0.0.0.0:5000/cb'],
  ['a host that begins alike', 'http://127.0.0.1.evil.example:5000/cb'],
  ['user information', 'http://127.0.0.1:5000@evil.example/cb'],
  ['user information before the address', 'http://evil@127.0.0.1:5000/cb'],
  ['another path', 'http://127.0.0.1:5000/cb2'],
  ['a trailing slash', 'http://127.0.0.1:5000/cb/'],
  ['a dot-dot segment', 'http://127.0.0.1:5000/x/../cb'],
  ['a query', 'http://127.0.0.1:5000/cb?x=1'],
  ['a fragment', 'http://127.0.0.1:5000/cb#x'],
  ['https', 'https://127.0.0.1:5000/cb'],
  ['an upper-case scheme', 'HTTP://127.0.0.1:5000/cb'],
  ['an empty port', 'http://127.0.0.1:/cb'],
  ['a port that is none', 'http://127.0.0.1:65536/cb'],
  ['a port of letters', 'http://127.0.0.1:abc/cb'],
  ['a backslash', 'http://127.0.0.1:5000\\cb'],
]

describe('redirect_uri', () => {
  let scene: AuthorizationScene
  let local: string
  beforeAll(async () => {
    scene = await AuthorizationScene.start({})
    local = (await addClient(scene.server, { redirectUris: loopback })).id
  })
  afterAll(() => scene?.server.stop())

  /** By both ways of sending a request: a page without a redirect, and an error of the endpoint for pushing. */
  async function expectRefusal(clientId: string, redirectUri: string): Promise<void> {
    const more = { client_id: clientId, redirect_uri: redirectUri }
    for (const page of [
      await scene.browser.get(scene.url(more)),
      await scene.browser.get(scene.url({ ...more, prompt: 'none' })),
      await scene.browser.post('/authorize', scene.parameters(more)),
    ]) {
      expect([page.status, page.location]).toEqual([400, undefined])
      expect(page.text).not.toContain('evil.example')
    }
    const { status, body } = await scene.push(more)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  }

  it('RFC 9700 §2.1: what is registered, byte for byte, is answered', async () => {
    expect(await scene.authorize(scene.url())).toHaveProperty('code')
    expect((await scene.push()).status).toBe(201)
  })

  it.each(lookalikes)('RFC 9700 §2.1: %s is another address (%j)', async (_, redirectUri) => {
    await expectRefusal(scene.clientId, redirectUri)
  })

  it('RFC 6749 §3.1: two redirect_uris, and names that only look like it, lead nowhere else', async () => {
    const evil = encodeURIComponent('https://evil.example/')
    for (const more of [`redirect_uri=${evil}`, 'redirect_uri=']) {
      const page = await scene.browser.get(`${scene.url()}&${more}`)
      expect([page.status, page.location], more).toEqual([400, undefined])
      expect((await scene.send('/par', `${new URLSearchParams(scene.parameters())}&${more}`)).status).toBe(400)
    }
    for (const more of [
      `redirect_uri[]=${evil}`,
      `redirect_uri%00=${evil}`,
      `Redirect_Uri=${evil}`,
      `redirect_uri.x=${evil}`,
    ]) {
      const { location } = await scene.browser.get(`${scene.url()}&${more}`)
      expect(location?.startsWith(`${scene.redirectUri}?`), more).toBe(true)
    }
  })

  it.each([
    'http://127.0.0.1/cb',
    'http://127.0.0.1:1/cb',
    'http://127.0.0.1:65535/cb',
    'http://[::1]:53682/cb',
    'https://127.0.0.1:8443/cb',
  ])('RFC 8252 §7.3: on a loopback address without TLS any port is answered (%s)', async (redirectUri) => {
    const page = await scene.browser.get(scene.url({ client_id: local, redirect_uri: redirectUri }))
    expect((await scene.finish(page)).location?.startsWith(`${redirectUri}?code=`)).toBe(true)
  })

  it.each(foreignLoopback)('RFC 8252 §7.3: nothing but the port may differ: %s (%j)', async (_, redirectUri) => {
    await expectRefusal(local, redirectUri)
  })
})
