import type { CDPSession, Page } from 'playwright-core'

/** A passkey with its private key, as Chromium gives it. */
export interface StolenPasskey {
  readonly credentialId: string
  readonly isResidentCredential: boolean
  readonly privateKey: string
  readonly signCount: number
  readonly rpId?: string
  readonly userHandle?: string
  readonly userName?: string
}

/** An authenticator of Chromium's own, built into its device: it verifies its person and keeps passkeys. */
export class VirtualAuthenticator {
  readonly #session: CDPSession
  readonly #authenticatorId: string

  private constructor(session: CDPSession, authenticatorId: string) {
    this.#session = session
    this.#authenticatorId = authenticatorId
  }

  /** @param isPresent whether its person is there and agrees to whatever is asked. Default: yes. */
  static async add(page: Page, isPresent = true): Promise<VirtualAuthenticator> {
    const session = await page.context().newCDPSession(page)
    await session.send('WebAuthn.enable')
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: isPresent },
      },
    })
    return new VirtualAuthenticator(session, authenticatorId)
  }

  /** Whether its person agrees to what is asked from now on. */
  async setPresent(enabled: boolean): Promise<void> {
    await this.#session.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.#authenticatorId,
      enabled,
    })
  }

  /** Whether it recognizes its person from now on. */
  async setVerified(isUserVerified: boolean): Promise<void> {
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId: this.#authenticatorId, isUserVerified })
  }

  /** Resolves when a page has had it forget a passkey. */
  nextDeletion(): Promise<void> {
    return new Promise((resolve) => this.#session.once('WebAuthn.credentialDeleted', () => resolve()))
  }

  /** Resolves when a page has had it rename a passkey. */
  nextUpdate(): Promise<void> {
    return new Promise((resolve) => this.#session.once('WebAuthn.credentialUpdated', () => resolve()))
  }

  /** All that it keeps of its newest passkey, as a thief of its device gets it. */
  async copyNewest(): Promise<StolenPasskey> {
    const stolen = (await this.#credentials()).at(-1)
    if (!stolen) throw new Error('it has no passkey')
    return stolen
  }

  /** Has it keep a passkey of another. */
  async keep(credential: StolenPasskey): Promise<void> {
    const authenticatorId = this.#authenticatorId
    await this.#session.send('WebAuthn.addCredential', { authenticatorId, credential })
  }

  /** The ids of its passkeys, in base64url, and what they show their person as. */
  async credentials(): Promise<readonly { readonly id: string; readonly userName: string | undefined }[]> {
    return (await this.#credentials()).map(({ credentialId, userName }) => ({
      id: Buffer.from(credentialId, 'base64').toString('base64url'),
      userName,
    }))
  }

  async #credentials(): Promise<readonly StolenPasskey[]> {
    const authenticatorId = this.#authenticatorId
    return (await this.#session.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  }
}
