import { getAccount } from '../../domain/accounts/get-account.ts'
import { renderCreationOptions } from '../../domain/passkeys/ceremony-options.ts'
import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import { makeChallenge } from '../../domain/passkeys/passkey-challenge.ts'
import type { RelyingParty } from '../../domain/passkeys/relying-party.ts'
import { ensureUserHandle } from '../../domain/passkeys/user-handle.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { PasskeysDeps } from './passkeys-deps.ts'

/**
 * Makes the options by which a new passkey is asked for in this session, as JSON; with `upgrade`, by which one is made without asking.
 * The account's user handle is written at its first time, which nobody can see.
 */
export async function askForPasskey(
  { database, clock, theme, sealer }: PasskeysDeps,
  relyingParty: RelyingParty,
  { id: sessionId, accountId }: Session,
  ceremony: 'register' | 'upgrade',
): Promise<string> {
  const account = await getAccount(database.read, accountId)
  const handle = await database.write((tx) => ensureUserHandle(tx, accountId))
  return renderCreationOptions({
    relyingParty,
    name: theme.name,
    user: { handle, name: account.username },
    challenge: makeChallenge(sealer, { ceremony, boundTo: sessionId }, clock.now()),
    existing: await listPasskeys(database.read, accountId),
    isConditional: ceremony === 'upgrade',
  })
}
