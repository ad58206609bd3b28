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

/** The subject of a login with a passkey. The credential's id stands for the name; failures of the network count with those of passwords. */
export function passkeySubject(credentialId: string, address: string | undefined): ThrottleSubject {
  const network = parseNetwork(address)
  const pair = digest(`${network} ${credentialId}`)
  return {
    network,
    keys: {
      account: `passkey:${digest(credentialId)}`,
      network: `network:${network}`,
      pair: `passkey-pair:${pair}`,
      known: `passkey-known:${pair}`,
    },
  }
}

/** The subject of a guess at the code that somebody's device shows: who is signed in, and from where. Counted apart from logins. */
export function userCodeSubject(accountId: string, address: string | undefined): ThrottleSubject {
  return subjectApart('code', accountId, address)
}

/**
 * The subject of a guess at the code of a mail: the challenge that it is for, whether there is such a one or not, and from where it is typed. Not the
 * address: wrong codes for the name of an account would be felt by its address, and tell whose it is; and strangers could keep its person waiting.
 */
export function emailCodeSubject(challengeId: string, address: string | undefined): ThrottleSubject {
  return subjectApart('email-code', challengeId, address)
}

/**
 * The subject of a mail that somebody asks for: what they typed, as it is compared, and from where. Each counts; those for a recovery by themselves, so
 * that other mails which strangers ask for keep nobody from it.
 */
export function emailRequestSubject(typed: string, address: string | undefined, isRecovery: boolean): ThrottleSubject {
  return subjectApart(isRecovery ? 'recovery-request' : 'email-request', typed, address)
}

/** The subject of a guess at a name that is taken: who looks for a name of their own, and from where. */
export function nameSubject(who: string, address: string | undefined): ThrottleSubject {
  return subjectApart('name', who, address)
}

/** The subject of a guess at the code of the first run: there is one code, so that guesses from anywhere count together. */
export function setupSubject(address: string | undefined): ThrottleSubject {
  return subjectApart('setup', 'the code', address)
}

function subjectApart(kind: string, who: string, address: string | undefined): ThrottleSubject {
  const network = parseNetwork(address)
  const pair = digest(`${network} ${who}`)
  return {
    network,
    keys: {
      account: `${kind}-account:${digest(who)}`,
      network: `${kind}-network:${network}`,
      pair: `${kind}-pair:${pair}`,
      known: `${kind}-known:${pair}`,
    },
  }
}

/** The subject of a guess at a second factor: whose login it is to end, and from where. Counted apart from logins. */
export function factorSubject(accountId: string, address: string | undefined): ThrottleSubject {
  return subjectApart('factor', accountId, address)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
