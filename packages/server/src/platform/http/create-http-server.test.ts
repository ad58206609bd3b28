import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { addAccount, addApi, logIn, startTestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

it.each([
  ['nobody is trusted: the header changes nothing', [], '203.0.113.7', '127.0.0.1'],
  ['the proxy is trusted: the address it names counts', ['127.0.0.1'], '203.0.113.7', '203.0.113.7'],
  ['an IPv6 address counts as its /64', ['127.0.0.0/8'], '2001:db8::1:2:3:4', '2001:db8:0:0::/64'],
  ['what a client put in front of the proxy does not count', ['127.0.0.1'], '198.51.100.9, 203.0.113.7', '203.0.113.7'],
])('X-Forwarded-For, %s', async (_, trustedProxies, header, network) => {
  const server = await startTestServer({ config: { trustedProxies } })
  try {
    const accountId = await addAccount(server, 'ada', password)
    await addApi(server, { audience })
    expect((await logIn(server, { username: 'ada', password, audience }, { 'x-forwarded-for': header })).status).toBe(
      200,
    )
    const [opened] = await listAuditEvents(server.running.installation.database.read, {
      accountId,
      act: 'session.opened',
      limit: 1,
    })
    expect(opened?.network).toBe(network)
  } finally {
    await server.stop()
  }
})

it('RFC 9110 §15.5.6: a method that an address does not take is 405 with Allow', async () => {
  const server = await startTestServer()
  try {
    for (const [method, path, allow] of [
      ['DELETE', '/login', 'GET, POST'],
      ['GET', '/logout', 'POST'],
      ['POST', '/healthz', 'GET'],
    ] as const) {
      const answer = await fetch(`${server.issuer}${path}`, { method })
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow })
    }
  } finally {
    await server.stop()
  }
})

it.each([
  '/%',
  '/%ff',
  '/login?return_to=%',
  '/login?return_to=%00',
  '/login?return_to=a&return_to=b',
  `/${'a'.repeat(12_000)}`,
])('the address %.60s is answered, never a 5xx', async (path) => {
  const server = await startTestServer()
  try {
    for (const accept of ['text/html', '*/*']) {
      const answer = await fetch(`${server.issuer}${path}`, { headers: { accept } })
      expect(answer.status).toBeLessThan(500)
      expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{22}$/)
    }
  } finally {
    await server.stop()
  }
})

it.each([
  '/.well-known/openid-configuration',
  '/.well-known/jwks.json',
  '/login',
  '/account',
  '/logout',
  '/nowhere',
  '/healthz',
])(
  'RFC 9110 §7.2: a Host header that is not ours, or a proxy header of nobody we trust, changes no byte of %s',
  async (path) => {
    const server = await startTestServer()
    try {
      const { port } = server.config
      for (const accept of ['text/html', 'application/json']) {
        const plain = await getRaw(port, path, [`Host: 127.0.0.1:${port}`, `Accept: ${accept}`])
        const forged = await getRaw(port, path, [
          'Host: evil.example',
          'X-Forwarded-Host: evil.example',
          'X-Forwarded-Proto: https',
          'X-Forwarded-For: 203.0.113.9',
          'Forwarded: host=evil.example;proto=https;for=203.0.113.9',
          `Accept: ${accept}`,
        ])
        expect(plain).toMatch(/^HTTP\/1\.1 \d{3} /)
        expect(forged).toBe(plain)
      }
    } finally {
      await server.stop()
    }
  },
)

/** The whole answer as it came, but for the two values that differ each time: the date and the request's id. */
async function getRaw(port: number, path: string, headers: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end([`GET ${path} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n'))
  const answer = await text(socket)
  const id = /^x-request-id: (.*)\r$/im.exec(answer)?.[1] ?? 'none'
  return answer.replaceAll(id, '<request id>').replace(/^date: .*\r$/im, '')
}
