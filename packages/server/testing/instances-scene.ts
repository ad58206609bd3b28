import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../src/config.ts'
import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { type Installation, openInstallation } from '../src/installation.ts'
import { Balancer } from './balancer.ts'
import { ServerProcesses } from './server-processes.ts'
import { SmtpReceiver } from './smtp-receiver.ts'
import { findFreePort, type TestServer } from './test-server.ts'
import { Visitor } from './visitor.ts'

type Fields = Readonly<Record<string, string>>

export interface JsonAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
  readonly headers: Headers
}

/** Instances as processes on one database that was empty, behind a balancer without stickiness, which is their issuer's address. */
export class InstancesScene implements AsyncDisposable {
  readonly processes: ServerProcesses
  readonly balancer: Balancer
  readonly mails: SmtpReceiver
  /** What acts beside them, as a command does. */
  readonly installation: Installation

  private constructor(parts: Pick<InstancesScene, 'processes' | 'balancer' | 'mails' | 'installation'>) {
    this.processes = parts.processes
    this.balancer = parts.balancer
    this.mails = parts.mails
    this.installation = parts.installation
  }

  /** Starts as many as there are clocks, all of them at once. */
  static async start(databaseUrl: string, clocksAheadMilliseconds: readonly number[]): Promise<InstancesScene> {
    const port = await findFreePort()
    const mails = await SmtpReceiver.start()
    const settings = {
      OSTIARY_ISSUER: `http://localhost:${port}`,
      OSTIARY_SMTP_URL: mails.url,
      OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS: 'on',
      OSTIARY_TRUSTED_PROXIES: '127.0.0.1',
    }
    const { length } = clocksAheadMilliseconds
    const processes = await ServerProcesses.prepare(databaseUrl, length, { settings, clocksAheadMilliseconds })
    await processes.serve()
    const environment = processes.environmentOf(0)
    const installation = await openInstallation(loadConfig({ environment, folder: processes.folder }))
    const balancer = await Balancer.start(port, processes.urls, { checkMilliseconds: 200 })
    return new InstancesScene({ processes, balancer, mails, installation })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer[Symbol.asyncDispose]()
    await this.processes[Symbol.asyncDispose]()
    await this.installation.close()
    await this.mails[Symbol.asyncDispose]()
  }

  get issuer(): string {
    return this.processes.issuer
  }

  /** For what is made directly in the database: `addAccount`, `addApi` and others. */
  get asServer(): TestServer {
    const { installation, issuer } = this
    const { clock, config } = installation
    return { issuer, config, clock, running: { installation } } as unknown as TestServer
  }

  visitor(): Visitor {
    return new Visitor(this.issuer)
  }

  /** Registers a client, as the command line does. */
  async addClient(described: Partial<Parameters<typeof parseClient>[0]>): Promise<{ id: string; secret: string }> {
    const parsed = parseClient({ name: 'Shop', type: 'public', ...described })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = this.installation
    const { client, secret = '' } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(this.installation)
    return { id: client.id, secret }
  }

  /** Sends a form to the balancer, or straight to one of the instances; again when it is sent away since the machine is slow (503), as clients do. */
  async post(path: string, form: Fields, headers: Fields = {}, base: string = this.issuer): Promise<JsonAnswer> {
    const answer = await fetch(`${base}${path}`, { method: 'POST', body: new URLSearchParams(form), headers })
    if (answer.status === 503) {
      await answer.body?.cancel()
      await sleep(200)
      return this.post(path, form, headers, base)
    }
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : {}, headers: answer.headers }
  }

  /** The same form at each of the instances, at once. */
  postToAll(path: string, form: Fields): Promise<JsonAnswer[]> {
    return Promise.all(this.processes.urls.map((url) => this.post(path, form, {}, url)))
  }

  /** The code in the only mail to an address that has one. */
  async takeMailedCode(address: string): Promise<string> {
    for (;;) {
      const mail = this.mails.mails.find(({ to }) => to.includes(address))
      const code = mail && /[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}/.exec(mail.source)?.[0]
      if (code) return code
      await this.mails.untilCame(this.mails.mails.length + 1)
    }
  }
}
