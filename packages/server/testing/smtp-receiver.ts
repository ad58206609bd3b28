import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { TlsIdentity } from './make-certificate.ts'
import { findFreePort } from './test-server.ts'

/** A mail as it came over the wire. */
export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body, undecoded. */
  readonly source: string
  readonly isEncrypted: boolean
}

/** What an SMTP server answers instead of taking what it is told. */
export interface SmtpRefusal {
  readonly command: 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA'
  readonly status: number
}

export interface SmtpReceiverOptions {
  readonly port?: number
  /** Offers STARTTLS, or speaks TLS from the first byte. */
  readonly tls?: TlsIdentity & { readonly isImplicit: boolean }
  readonly credentials?: { readonly user: string; readonly password: string }
}

/** An SMTP server on loopback that keeps what it is sent. */
export class SmtpReceiver implements AsyncDisposable {
  readonly #server: SMTPServer
  readonly mails: ReceivedMail[] = []
  /** Set it to have the next commands of that name refused. */
  refusal: SmtpRefusal | undefined
  /** Called when a mail has come whole and has not been answered. A promise that stays pending: it is never answered. */
  beforeAnswer: (mail: ReceivedMail) => Promise<void> = async () => {}
  readonly #secure: boolean
  /** Still known when it has stopped, so that another one can come back there. */
  readonly port: number
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  private constructor(port: number, { tls, credentials }: SmtpReceiverOptions) {
    this.port = port
    this.#secure = tls?.isImplicit === true
    this.#server = new SMTPServer({
      secure: this.#secure,
      ...(tls && { key: tls.key, cert: tls.certificate }),
      disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(credentials ? [] : ['AUTH'])],
      authOptional: credentials === undefined,
      allowInsecureAuth: true,
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 100,
      onConnect: (_, done) => done(this.#refuse('CONNECT')),
      onAuth: ({ username, password }, _, done) => {
        const isRight = username === credentials?.user && password === credentials?.password
        const refused = this.#refuse('AUTH') ?? (isRight ? undefined : failure(535))
        done(refused, refused ? undefined : { user: username ?? '' })
      },
      onMailFrom: (_, __, done) => done(this.#refuse('MAIL')),
      onRcptTo: (_, __, done) => done(this.#refuse('RCPT')),
      onData: async (stream, { envelope, secure }, done) => {
        const source = await text(stream)
        const refused = this.#refuse('DATA')
        if (refused) return done(refused)
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const mail = { from, to: envelope.rcptTo.map(({ address }) => address), source, isEncrypted: secure }
        await this.beforeAnswer(mail)
        this.mails.push(mail)
        done()
        this.#changed.resolve()
        this.#changed = Promise.withResolvers()
      },
    })
    // A connection that is cut off is what some tests are about.
    this.#server.on('error', () => {})
  }

  static async start(options: SmtpReceiverOptions = {}): Promise<SmtpReceiver> {
    const receiver = new SmtpReceiver(options.port ?? (await findFreePort()), options)
    await new Promise<void>((resolve) => receiver.#server.listen(receiver.port, '127.0.0.1', resolve))
    return receiver
  }

  get url(): string {
    return `${this.#secure ? 'smtps' : 'smtp'}://127.0.0.1:${this.port}`
  }

  /** Resolves when so many have come. */
  async untilCame(count: number): Promise<void> {
    while (this.mails.length < count) await this.#changed.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #refuse(command: SmtpRefusal['command']): Error | undefined {
    return this.refusal?.command === command ? failure(this.refusal.status) : undefined
  }
}

function failure(responseCode: number): Error {
  return Object.assign(new Error('Refused by the test'), { responseCode })
}
