import { deleteKnownDevices } from '../known-devices/forget-devices.ts'
import { keptAccount } from './kept-account.ts'
import { keptApiKeys } from './kept-api-keys.ts'
import { keptChallenges } from './kept-challenges.ts'
import { keptConsents } from './kept-consents.ts'
import { type KeptData, purgeAtOnce } from './kept-data.ts'
import { keptEvents } from './kept-events.ts'
import { keptFactors } from './kept-factors.ts'
import { keptIdentities } from './kept-identities.ts'
import { keptMemberships } from './kept-memberships.ts'
import { keptPasskeys } from './kept-passkeys.ts'
import { keptPassword } from './kept-password.ts'
import { keptProfile } from './kept-profile.ts'
import { keptSessions } from './kept-sessions.ts'

/**
 * Every table that has rows of an account, in the order in which they are purged; the account comes last. A test holds it to the schema, so that no
 * table is forgotten.
 */
export const everythingKept: readonly KeptData[] = [
  {
    tables: ['logout_notice'],
    given: { because: 'it is a message to an app, on its way for a day at most' },
    purged: { because: 'an app is still to be told that a session has ended; it is gone within a day' },
  },
  {
    tables: ['device_authorization'],
    given: { because: 'it is gone within minutes, and the session that came of it is given' },
    purged: { because: 'it is gone within minutes' },
  },
  {
    tables: ['outdated_claims'],
    given: { because: 'it is a message to guards, gone within a second' },
    purged: { because: 'it is gone within a second, when the guards are told' },
  },
  {
    tables: ['known_device'],
    given: { because: 'it is hashes, by which a browser is known again, and nothing that could be read' },
    purged: purgeAtOnce(deleteKnownDevices),
  },
  keptProfile,
  keptPassword,
  keptPasskeys,
  keptFactors,
  keptChallenges,
  keptIdentities,
  keptMemberships,
  keptConsents,
  keptApiKeys,
  keptSessions,
  keptEvents,
  keptAccount,
]
