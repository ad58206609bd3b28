import { createHash } from 'node:crypto'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import { parseNetwork } from './parse-network.ts'

/** Who tries to log in as whom: the keys of the rows that count. */
export interface ThrottleSubject {
  /** As `parseNetwork` gives it. */
  readonly network: string
  readonly keys: {
    /** This login name, from anywhere. */
    readonly account: string
    /** This network, as anybody. */
    readonly network: string
    /** This login name from this network. */
    readonly pair: string
    /** That this login name has logged in from this network before. */
    readonly known: string
  }
}

/**
 * The subject of an attempt: the login name as it was typed and the address that it came from.
 *
 * Names are hashed: rows of names that nobody has are like those that somebody has, and what somebody typed by mistake (a
 * password) isn't kept.
 */
export function throttleSubject(login: string, address: string | undefined): ThrottleSubject {
  const name = canonicalLoginName(login)
  const network = parseNetwork(address)
  const account = digest(name)
  const pair = digest(`${network} ${name}`)
  return {
    network,
    keys: {
      account: `account:${account}`,
      network: `network:${network}`,
      pair: `pair:${pair}`,
      known: `known:${pair}`,
    },
  }
}

/** The subject of a guess at the code that somebody's device shows: who is signed in, and from where. Counted apart from logins. */
export function userCodeSubject(accountId: string, address: string | undefined): ThrottleSubject {
  const network = parseNetwork(address)
  const pair = digest(`${network} ${accountId}`)
  return {
    network,
    keys: {
      account: `code-account:${digest(accountId)}`,
      network: `code-network:${network}`,
      pair: `code-pair:${pair}`,
      known: `code-known:${pair}`,
    },
  }
}

/** The subject of a guess at a second factor: whose login it is to end, and from where. Counted apart from logins. */
export function factorSubject(accountId: string, address: string | undefined): ThrottleSubject {
  const network = parseNetwork(address)
  const pair = digest(`${network} ${accountId}`)
  return {
    network,
    keys: {
      account: `factor-account:${digest(accountId)}`,
      network: `factor-network:${network}`,
      pair: `factor-pair:${pair}`,
      known: `factor-known:${pair}`,
    },
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
