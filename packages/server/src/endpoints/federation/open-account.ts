import { createAccount } from '../../domain/accounts/create-account.ts'
import { type Email, parseEmail } from '../../domain/accounts/parse-email.ts'
import { parseUsername, type Username } from '../../domain/accounts/parse-username.ts'
import type { Upstream, UpstreamIdentity } from '../../domain/upstreams/upstream.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'

/** The identity or its address became somebody's, or was taken from its account, meanwhile: nothing of that stays, and it is settled anew. */
export class IdentityOvertakenError extends Error {
  override readonly name = 'IdentityOvertakenError'
}

/**
 * Opens an account for an identity that nobody has, by the name it likes if that is free. Returns its id.
 *
 * @throws IdentityOvertakenError where its address is somebody's by now.
 */
export async function openAccount(tx: Transaction, upstream: Upstream, identity: UpstreamIdentity): Promise<string> {
  const email = readEmail(identity.verifiedEmail)
  const name = chooseName(upstream, identity)
  for (const text of [name, `${name.slice(0, 100)}-${randomId().slice(0, 8)}`]) {
    const username = readUsername(text)
    const created =
      username && (await createAccount(tx, { username, email, isEmailVerified: true, actor: 'anonymous' }))
    if (created?.ok) return created.account.id
  }
  throw new IdentityOvertakenError('neither the name nor a random one goes with the address')
}

/** What has an @ may be somebody's e-mail address, which an upstream's word for a name doesn't prove. */
function chooseName({ id }: Upstream, { preferredUsername, verifiedEmail }: UpstreamIdentity): string {
  const candidates = [preferredUsername, verifiedEmail?.split('@')[0]]
  const fitting = candidates.find((text) => text !== undefined && !text.includes('@') && readUsername(text))
  return fitting ?? `${id}-${randomId().slice(0, 8)}`
}

function readUsername(text: string): Username | undefined {
  const parsed = parseUsername(text)
  return parsed.ok ? parsed.username : undefined
}

function readEmail(text: string | undefined): Email | undefined {
  const parsed = text === undefined ? undefined : parseEmail(text)
  return parsed?.ok ? parsed.email : undefined
}
