import type { ServerResponse } from 'node:http'
import { createServer, type LookupFunction } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DocumentHost, startDocumentHost } from '../../../testing/document-host.ts'
import { fetchPublicDocument, type PublicFetchOptions } from './fetch-public-document.ts'
import { PublicFetchError } from './lookup-allowed.ts'

let host: DocumentHost
beforeAll(async () => {
  host = await startDocumentHost()
})
afterAll(() => host.stop())

const json = { 'content-type': 'application/json' }

function read(answer: (response: ServerResponse) => void, options: PublicFetchOptions = {}): Promise<string> {
  host.answer = (_, response) => answer(response)
  const url = new URL('/client.json', host.origin)
  const reading = fetchPublicDocument(url, { ca: host.ca, isAllowed: () => true, ...options })
  return reading.then(({ body }) => body.toString())
}

test.each(['application/json', 'application/json; charset=utf-8', 'application/cimd+json'])(
  'a document of the type %s is read, up to 5 kB',
  async (type) => {
    const text = JSON.stringify('x'.repeat(5118))
    expect(await read((response) => response.writeHead(200, { 'content-type': type }).end(text))).toBe(text)
  },
)

test.each<[string, (response: ServerResponse) => void]>([
  ['a redirect', (response) => response.writeHead(302, { location: '/other.json', ...json }).end('{}')],
  ['another success', (response) => response.writeHead(203, json).end('{}')],
  ['an error', (response) => response.writeHead(500, json).end('{}')],
  ['HTML', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}')],
  ['no type', (response) => response.writeHead(200).end('{}')],
  ['an encoded body', (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('{}')],
  ['more than 5 kB', (response) => response.writeHead(200, json).end('x'.repeat(5121))],
  ['headers beyond 8 kB', (response) => response.writeHead(200, { ...json, 'x-long': 'x'.repeat(9000) }).end('{}')],
  [
    'a body that is cut',
    (response) =>
      void response.writeHead(200, { ...json, 'content-length': '10' }).write('{', () => response.destroy()),
  ],
])('%s is refused', async (_, answer) => {
  await expect(read(answer)).rejects.toThrow(PublicFetchError)
})

test('a body without an end, or no answer at all, ends with the time limit', async () => {
  const dripping = (response: ServerResponse) => {
    response.writeHead(200, json)
    const drip = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(drip))
  }
  const limit = { limitMilliseconds: 150 }
  await expect(read(dripping, limit)).rejects.toThrow('no answer in time')
  await expect(read(() => undefined, limit)).rejects.toThrow('no answer in time')
})

test.each(['stays open', 'is closed at once'])(
  'an answer that switches protocols is none, and the call ends though the connection %s',
  async (what) => {
    const switching = (response: ServerResponse) => {
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      if (what === 'is closed at once') response.socket?.end()
    }
    await expect(read(switching)).rejects.toThrow('the protocol was to be switched')
  },
)

test('a certificate that nobody trusts is refused', async () => {
  const reading = fetchPublicDocument(new URL(host.origin), { isAllowed: () => true })
  await expect(reading).rejects.toThrow(PublicFetchError)
})

test.each([
  'https://127.0.0.1',
  'https://[::1]',
  'https://localhost',
  'https://169.254.169.254',
  'https://[::ffff:7f00:1]',
])('draft-ietf-oauth-client-id-metadata-document-02 §8.6: nothing is sent to %s', async (address) => {
  let connections = 0
  const inside = createServer(() => (connections += 1))
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve))
  const { port } = inside.address() as { port: number }
  await expect(fetchPublicDocument(new URL(`${address}:${port}/a`))).rejects.toThrow('special-use address')
  expect(connections).toBe(0)
  inside.close()
})

test('a name that leads both out and in is refused, and what was checked is what is connected to', async () => {
  const answers = [
    [
      { address: '1.1.1.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ],
    [],
  ]
  let asked = 0
  const lookup: LookupFunction = (_, __, done) => done(null, answers[asked++] ?? [])
  const url = new URL('https://two-faced.example.com/client.json')
  await expect(fetchPublicDocument(url, { lookup })).rejects.toThrow('special-use address')
  await expect(fetchPublicDocument(url, { lookup })).rejects.toThrow('has no address')
  expect(asked).toBe(2)
})

test('RFC 6761 §6.4: a name that nothing answers for is an error of the call, and nobody else hears of it', async () => {
  const reading = fetchPublicDocument(new URL('https://nothing.invalid/client.json'))
  await expect(reading).rejects.toThrow(/getaddrinfo \w+ nothing\.invalid/)
  await expect(reading).rejects.toThrow(PublicFetchError)
})
