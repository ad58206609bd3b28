import type { Account } from '../domain/accounts/account.ts'
import { listPasskeys } from '../domain/passkeys/list-passkeys.ts'
import type { Passkey } from '../domain/passkeys/passkey.ts'
import type { RelyingParty } from '../domain/passkeys/relying-party.ts'
import { findUserHandle } from '../domain/passkeys/user-handle.ts'
import type { Queries } from '../platform/database/database.ts'
import { type Html, html } from '../platform/html/html.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { passkeyScript } from './passkey-script.ts'

export interface PasskeySignals {
  readonly relyingParty: RelyingParty
  readonly userHandle: string
  readonly username: string
  readonly passkeys: readonly Passkey[]
  /** One that was removed just now. */
  readonly removed?: string | undefined
}

/** What password managers are told of an account; absent where it was never asked for a passkey, or there are none here. */
export async function findPasskeySignals(
  sql: Queries,
  { relyingParty }: IssuerUrls,
  { id, username }: Account,
): Promise<PasskeySignals | undefined> {
  if (!relyingParty) return undefined
  const userHandle = await findUserHandle(sql, id)
  if (userHandle === undefined) return undefined
  return { relyingParty, userHandle, username, passkeys: await listPasskeys(sql, id) }
}

/**
 * Renders what password managers are told, and the script that tells it: which passkeys are good here, and what the account is called now. So
 * they offer none that was removed, and show no old name.
 *
 * @see WebAuthn Level 3 §5.1.10
 */
export function renderPasskeySignals(signals: PasskeySignals): Html {
  const { relyingParty, userHandle: userId, username: name, passkeys, removed } = signals
  const rpId = relyingParty.id
  const told = JSON.stringify({
    ...(removed !== undefined && { signalUnknownCredential: { rpId, credentialId: removed } }),
    signalAllAcceptedCredentials: {
      ...{ rpId, userId },
      allAcceptedCredentialIds: passkeys.map(({ credentialId }) => credentialId),
    },
    signalCurrentUserDetails: { rpId, userId, name, displayName: name },
  })
  return html`<div data-passkey-signals="${told}" hidden></div>\n${passkeyScript.element}`
}
