import { type AddressInfo, createServer, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../../testing/make-certificate.ts'
import { SmtpReceiver } from '../../../testing/smtp-receiver.ts'
import type { MailTransport, OutgoingMail } from './mail-transport.ts'
import type { SmtpServer } from './parse-smtp-url.ts'
import { createSmtpTransport } from './smtp-transport.ts'

const mail: OutgoingMail = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  at: new Date(Date.UTC(2026, 0, 1)),
  from: { name: 'Ostiary', address: 'no-reply@example.com' },
  to: 'ada@example.com',
  language: 'en',
  subject: 'Sign in to Ostiary',
  text: 'Enter this code.\n',
  html: '<p>Enter this code.</p>',
}

const transports: MailTransport[] = []
afterEach(() => {
  for (const transport of transports.splice(0)) transport.close()
})

function open(port: number, server: Partial<SmtpServer> = {}): MailTransport {
  const to: SmtpServer = { host: '127.0.0.1', port, encryption: 'none', credentials: undefined, ...server }
  const transport = createSmtpTransport(to)
  transports.push(transport)
  return transport
}

function send(transport: MailTransport, changed: Partial<OutgoingMail> = {}, signal = new AbortController().signal) {
  return transport.send({ ...mail, ...changed }, signal)
}

/** Header fields by name, unfolded, as they are before they are decoded. */
function headersOf(source: string): ReadonlyMap<string, string> {
  const [head = ''] = source.split('\r\n\r\n')
  const fields = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  return new Map(
    fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)]),
  )
}

describe('a mail', () => {
  test('RFC 3834 §5: is marked as sent by a program, has text and HTML, and the same Message-ID at each attempt', async () => {
    await using receiver = await SmtpReceiver.start()
    const transport = open(receiver.port)
    expect(await send(transport)).toMatchObject({ outcome: 'accepted' })
    expect(await send(transport)).toMatchObject({ outcome: 'accepted' })
    const [first, second] = receiver.mails
    expect(first).toMatchObject({ from: 'no-reply@example.com', to: ['ada@example.com'] })
    const headers = headersOf(first?.source ?? '')
    expect(Object.fromEntries(headers)).toMatchObject({
      from: 'Ostiary <no-reply@example.com>',
      to: 'ada@example.com',
      subject: 'Sign in to Ostiary',
      'message-id': `<${mail.id}@example.com>`,
      'auto-submitted': 'auto-generated',
      'content-language': 'en',
      'content-type': expect.stringMatching(/^multipart\/alternative/),
    })
    expect(headersOf(second?.source ?? '').get('message-id')).toBe(headers.get('message-id'))
  })

  test.each([
    ['a line break in the subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
    ['a bare line feed in the subject', { subject: 'Hello\nBcc: eve@example.com\n\nbody' }],
    ['a line break in the name of the sender', { from: { ...mail.from, name: 'O\r\nBcc: eve@example.com' } }],
    ['a name of the sender that looks like an address', { from: { ...mail.from, name: 'eve@example.com>, <x@y' } }],
    ['a line break in the language', { language: 'en\r\nBcc: eve@example.com' }],
    ['a line break in the id', { id: 'x\r\nBcc: eve@example.com' }],
    ['two recipients in one', { to: 'ada@example.com, eve@example.com' }],
    ['a line break in the recipient', { to: 'ada@example.com\r\nRCPT TO:<eve@example.com>' }],
    ['brackets in the recipient', { to: 'ada@example.com> RCPT TO:<eve@example.com' }],
    ['a name in the recipient', { to: 'Eve <eve@example.com>' }],
    ['a group as the recipient', { to: 'all: eve@example.com;' }],
    ['a dot on a line of its own in the text', { text: 'Hello\r\n.\r\nMAIL FROM:<eve@example.com>\r\n' }],
  ])('reaches nobody else and gets no further header by %s', async (_, changed) => {
    await using receiver = await SmtpReceiver.start()
    await send(open(receiver.port), changed)
    const recipients = receiver.mails.flatMap(({ to }) => to)
    expect(recipients).not.toContain('eve@example.com')
    expect(receiver.mails.length).toBeLessThanOrEqual(1)
    for (const { source } of receiver.mails) expect(headersOf(source).has('bcc')).toBe(false)
  })

  test.each([
    ['RFC 6531: an address beyond ASCII', 'ада@example.com', 'ада@example.com'],
    ['RFC 5890: a domain beyond ASCII', 'ada@bücher.example', 'ada@bücher.example'],
    ['a plus and an apostrophe', "o'hara+list@example.com", "o'hara+list@example.com"],
  ])('goes to %s', async (_, to, expected) => {
    await using receiver = await SmtpReceiver.start()
    expect(await send(open(receiver.port), { to })).toMatchObject({ outcome: 'accepted' })
    expect(receiver.mails[0]?.to).toEqual([expected])
  })
})

describe('RFC 5321 §4.2.1: an answer', () => {
  test.each([
    ['RCPT', 550, 'refused'],
    ['DATA', 554, 'refused'],
    ['RCPT', 450, 'postponed'],
    ['DATA', 451, 'postponed'],
    ['CONNECT', 421, 'postponed'],
    // About us, not about the mail: an operator mends it, and no mail is lost.
    ['CONNECT', 554, 'postponed'],
    ['MAIL', 550, 'postponed'],
  ] as const)('to %s of %i makes it %s', async (command, status, outcome) => {
    await using receiver = await SmtpReceiver.start()
    receiver.refusal = { command, status }
    const transport = open(receiver.port)
    const sent = await send(transport)
    expect(sent).toMatchObject({ outcome, reason: expect.stringContaining(String(status)) })
    expect(sent).not.toMatchObject({ reason: expect.stringContaining('@') })
    receiver.refusal = undefined
    expect(await send(transport)).toMatchObject({ outcome: 'accepted' })
  })
})

describe('credentials', () => {
  const credentials = { user: 'ada', password: 'seven purple umbrellas' }

  test.each([
    ['are taken', credentials, 'accepted'],
    ['that are wrong postpone the mail', { ...credentials, password: 'eleven yellow bicycles' }, 'postponed'],
  ])('%s', async (_, given, outcome) => {
    await using receiver = await SmtpReceiver.start({ credentials })
    const sent = await send(open(receiver.port, { credentials: given }))
    expect(sent.outcome).toBe(outcome)
    expect(JSON.stringify(sent)).not.toContain(given.password)
  })

  test('are not left away because the server does not ask for them', async () => {
    await using receiver = await SmtpReceiver.start()
    expect(await send(open(receiver.port, { credentials }))).toMatchObject({ outcome: 'postponed' })
    expect(receiver.mails).toEqual([])
  })
})

describe('RFC 3207: encryption', () => {
  test.each([
    ['a server without STARTTLS gets no mail', undefined, 'starttls'],
    ['nor one whose certificate nobody vouches for', { ...makeCertificate(), isImplicit: false }, 'starttls'],
    ['with TLS from the first byte as well', { ...makeCertificate(), isImplicit: true }, 'tls'],
    ['nor one that speaks no TLS there', undefined, 'tls'],
  ] as const)('%s', async (_, tls, encryption) => {
    await using receiver = await SmtpReceiver.start(tls ? { tls } : {})
    expect(await send(open(receiver.port, { encryption, host: 'localhost' }))).toMatchObject({ outcome: 'postponed' })
    expect(receiver.mails).toEqual([])
  })

  test.each([
    [true, 'tls'],
    [false, 'starttls'],
    [false, 'if_offered'],
  ] as const)(
    'a certificate that is vouched for is taken (from the first byte: %s, %s)',
    async (isImplicit, encryption) => {
      const identity = makeCertificate()
      const before = getCACertificates('default')
      setDefaultCACertificates([...before, identity.certificate])
      try {
        await using receiver = await SmtpReceiver.start({ tls: { ...identity, isImplicit } })
        const sent = await send(open(receiver.port, { encryption, host: 'localhost' }))
        expect(sent).toMatchObject({ outcome: 'accepted' })
        expect(receiver.mails[0]?.isEncrypted).toBe(true)
      } finally {
        setDefaultCACertificates(before)
      }
    },
  )
})

describe('a fault of the network postpones the mail', () => {
  test('nobody listens', async () => {
    const receiver = await SmtpReceiver.start()
    const { port } = receiver
    await receiver[Symbol.asyncDispose]()
    expect(await send(open(port))).toMatchObject({
      outcome: 'postponed',
      reason: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test.each([
    ['the connection closes before the greeting', (socket: Socket) => socket.end()],
    ['the connection closes in the middle', (socket: Socket) => greetThenClose(socket)],
    ['the answer is no SMTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('%s', async (_, answer) => {
    await using rude = await startRude(answer)
    expect(await send(open(rude.port))).toMatchObject({ outcome: 'postponed' })
  })

  test('a server that hangs: an attempt that is called off ends at once', async () => {
    await using rude = await startRude(() => {})
    const sent = await send(open(rude.port), {}, AbortSignal.timeout(100))
    expect(sent).toMatchObject({ outcome: 'postponed', reason: expect.stringContaining('EABORT') })
  })
})

function greetThenClose(socket: Socket): void {
  socket.write('220 rude.example ESMTP\r\n')
  socket.on('data', (data) => {
    const command = data.toString()
    if (command.startsWith('EHLO')) return void socket.write('250 rude.example\r\n')
    if (command.startsWith('DATA')) return void socket.write('354 go on\r\n')
    if (command.startsWith('MAIL') || command.startsWith('RCPT')) return void socket.write('250 ok\r\n')
    socket.destroy()
  })
}

async function startRude(answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
