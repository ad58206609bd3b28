import type { Client } from '../../api/admin-api.ts'

const words: Readonly<Record<string, string>> = {
  authorization_code: 'signing people in',
  refresh_token: 'refreshing',
  client_credentials: 'its own secret',
  'urn:ietf:params:oauth:grant-type:device_code': 'a code on a device',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'an assertion',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'exchanging a token',
}

/** Refreshing is no way of its own where another one is. */
export function grantWords(grants: readonly string[]): string {
  const ways = grants.filter((grant) => grant !== 'refresh_token' || grants.length === 1)
  if (ways.length === 0) return 'nothing'
  if (ways.length === 1 && ways[0] === 'refresh_token') return 'the person’s password'
  return ways.map((grant) => words[grant] ?? grant).join(', ')
}

/** Who registered it. */
export function originWords({ origin }: Pick<Client, 'origin'>): string {
  if (origin === 'built_in') return 'by the server'
  if (origin === 'document') return 'by a document on the web'
  return origin === 'registration' ? 'by itself' : 'by an operator'
}
