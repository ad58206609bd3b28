import { BlockList, isIP } from 'node:net'
import type { Config } from '../../config.ts'
import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { parseSecret } from '../../platform/sealing/parse-secret.ts'
import { SealingError } from '../../platform/sealing/sealing-error.ts'
import { type Finding, found } from './finding.ts'

/** What can be said of the settings by themselves. */
export function checkSettings(config: Config): readonly Finding[] {
  return [
    checkSecret(config),
    checkHttps(config),
    checkListening(config),
    checkTrustedProxies(config),
    checkAdminFactor(config),
    checkSignUp(config),
    checkRegistration(config),
    checkLog(config),
  ]
}

/** Of 32 random bytes about 30 differ; fewer than 16 do once in 10^19 secrets. */
const LEAST_DIFFERENT_BYTES = 16

function checkSecret({ secrets, dataDir }: Config): Finding {
  if (secrets.length === 0) {
    return found(
      'secret',
      'error',
      `There is no secret in OSTIARY_SECRET or ${dataDir}: make one with \`ostiary secret\`.`,
    )
  }
  try {
    const weak = secrets.find((secret) => new Set(parseSecret(secret)).size < LEAST_DIFFERENT_BYTES)
    if (weak !== undefined) {
      return found(
        'secret',
        'error',
        'A secret repeats itself and can be guessed: make a random one with `ostiary secret`.',
      )
    }
  } catch (error) {
    if (error instanceof SealingError) return found('secret', 'error', error.message)
    throw error
  }
  if (secrets.length === 1) return found('secret', 'ok', 'The secret has 256 bits or more.')
  const old = secrets.length - 1
  return found(
    'secret',
    'advice',
    `${old} older secret${old === 1 ? ' is' : 's are'} still listed: run \`ostiary secret reseal\`, and take ${old === 1 ? 'it' : 'them'} out two days later.`,
  )
}

function checkHttps({ issuer }: Config): Finding {
  if (issuer.startsWith('https:')) return found('https', 'ok', 'The issuer is https.')
  const sentence = `The issuer ${issuer} is plain http, which serves this machine alone: set OSTIARY_ISSUER to the https URL that people reach.`
  return found('https', 'advice', sentence)
}

/** The server speaks plain HTTP: what reaches its port is what a proxy sends, or somebody who goes round it. */
function checkListening({ host, trustedProxies, issuer }: Config): Finding {
  if (isLoopbackHost(host)) return found('listening', 'ok', `It listens on ${host}, which only this machine reaches.`)
  if (trustedProxies.length > 0) {
    return found(
      'listening',
      'ok',
      `It listens on ${host}, behind proxies that are named. Let a firewall admit only them.`,
    )
  }
  const sentence = `OSTIARY_HOST is ${host}, so others reach its port without TLS and round the proxy of ${issuer}: listen on 127.0.0.1, or name the proxies in OSTIARY_TRUSTED_PROXIES and let a firewall admit only them.`
  return found('listening', 'error', sentence)
}

/** Shorter prefixes hold more than any network of one's own. */
const SHORTEST_PREFIX = { 4: 8, 6: 16 } as const

function checkTrustedProxies({ issuer, trustedProxies }: Config): Finding {
  const wide = trustedProxies.find((entry) => {
    const [address = '', prefix] = entry.split('/')
    return prefix !== undefined && Number(prefix) < SHORTEST_PREFIX[isIP(address) === 6 ? 6 : 4]
  })
  if (wide !== undefined) {
    const sentence = `OSTIARY_TRUSTED_PROXIES holds ${wide}, so strangers choose the address that they are throttled by: name the addresses of your own proxies alone.`
    return found('trusted-proxies', 'error', sentence)
  }
  // The server itself speaks no TLS, so something does before it.
  if (issuer.startsWith('https:') && trustedProxies.length === 0) {
    const sentence =
      'OSTIARY_TRUSTED_PROXIES is empty, so all people seem to come from the proxy and are throttled as one: set it to the proxy’s address, such as 127.0.0.1.'
    return found('trusted-proxies', 'error', sentence)
  }
  const whom = trustedProxies.length === 0 ? 'nobody' : trustedProxies.join(', ')
  return found('trusted-proxies', 'ok', `X-Forwarded-For is believed from ${whom}.`)
}

function checkAdminFactor({ adminFactor, issuer }: Config): Finding {
  if (adminFactor === 'required') return found('admin-factor', 'ok', 'Whoever uses the admin API has a second factor.')
  const sentence =
    'A stolen password is enough to administer all of this: set OSTIARY_ADMIN_FACTOR=required, or take the setting out.'
  return found('admin-factor', issuer.startsWith('https:') ? 'error' : 'advice', sentence)
}

function checkSignUp({ signUp, verifyHumanUrl }: Config): Finding {
  if (signUp !== 'open') return found('sign-up', 'ok', `Sign-up: ${signUp}.`)
  if (verifyHumanUrl !== undefined) return found('sign-up', 'ok', 'Anybody may sign up who proves to be a person.')
  const sentence =
    'Anybody may sign up, and programs may make it send mails: set OSTIARY_VERIFY_HUMAN_URL, or OSTIARY_SIGN_UP=invitation if it was not meant to be open.'
  return found('sign-up', 'advice', sentence)
}

function checkRegistration({ registration }: Config): Finding {
  if (registration !== 'open') return found('registration', 'ok', `Registration of clients: ${registration}.`)
  const sentence =
    'Anybody may register clients: set OSTIARY_REGISTRATION=token, or off where client documents are enough.'
  return found('registration', 'advice', sentence)
}

function checkLog({ logLevel }: Config): Finding {
  if (logLevel === 'info' || logLevel === 'warn') return found('log', 'ok', `The log’s level is ${logLevel}.`)
  if (logLevel === 'debug' || logLevel === 'trace') {
    return found('log', 'advice', `OSTIARY_LOG_LEVEL=${logLevel} is for a search: set it back to info.`)
  }
  const sentence = `OSTIARY_LOG_LEVEL=${logLevel} leaves out what an incident id leads to: set it to info or warn.`
  return found('log', 'advice', sentence)
}

/** Whether an address lies in one of these addresses and networks. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const list = new BlockList()
  for (const entry of networks) {
    const [start = '', prefix] = entry.split('/')
    const family = isIP(start) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(start, family)
    else list.addSubnet(start, Number(prefix), family)
  }
  const bare = address.replace(/^::ffff:/i, '')
  return list.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4')
}
