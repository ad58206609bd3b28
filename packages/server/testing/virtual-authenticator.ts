import type { CDPSession, Page } from 'playwright-core'

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

  /** The ids of its passkeys, in base64url, and what they show their person as. */
  async credentials(): Promise<readonly { readonly id: string; readonly userName: string | undefined }[]> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', {
      authenticatorId: this.#authenticatorId,
    })
    return credentials.map(({ credentialId, userName }) => ({
      id: Buffer.from(credentialId, 'base64').toString('base64url'),
      userName,
    }))
  }
}
