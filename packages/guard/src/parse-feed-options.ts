import { applyOptionRules, isWithin, type OptionRule, refuseOption } from './apply-option-rules.ts'
import type { FeedSettings } from './feed/feed-to-follow.ts'
import type { FeedOptions, GuardOptions } from './guard-options.ts'
import { isSecureUrl } from './is-secure-url.ts'

function isOneOf(...values: readonly string[]): OptionRule {
  return (value) => values.includes(value as string)
}

/** Every member of the option `feed` and what it must be. */
const feedOptionRules: Readonly<Record<keyof FeedOptions, OptionRule>> = {
  urls: (value) => Array.isArray(value) && value.length > 0,
  mode: isOneOf('stream', 'poll'),
  pollSeconds: (value) => isWithin(value, 30),
  onDark: isOneOf('refuse', 'introspect', 'accept-until-expiry'),
  coldStart: isOneOf('wait', 'file', 'accept'),
  file: 'string',
  auditFile: 'string',
  credential: 'object',
  name: (value) => /^[\w.-]{1,64}$/.test(value as string),
}

/** Reads the option `feed`; undefined when no feed is to be followed. @throws GuardConfigurationError */
export function parseFeedOptions({ feed, keys, allowInsecureIssuer }: GuardOptions): FeedSettings | undefined {
  if (feed === false || (feed === undefined && keys !== undefined)) return undefined
  const given: FeedOptions = typeof feed === 'object' ? feed : {}
  applyOptionRules(given, feedOptionRules, [])
  const { urls, mode = 'stream', pollSeconds, onDark = 'refuse', coldStart = 'wait', file, auditFile } = given
  const { credential, name } = given
  if (credential)
    applyOptionRules(credential, { clientId: 'string', clientSecret: 'string' }, ['clientId', 'clientSecret'])
  if (urls?.some((url) => !isSecureUrl(url, allowInsecureIssuer))) refuseOption('urls must be https')
  if (pollSeconds !== undefined && mode !== 'poll') refuseOption('pollSeconds needs mode poll')
  if ((coldStart === 'file') !== (file !== undefined)) refuseOption('file and coldStart file need each other')
  if (onDark === 'introspect' && !credential) refuseOption('onDark introspect needs a credential')
  return {
    isRequired: feed !== undefined,
    urls,
    mode,
    pollSeconds: pollSeconds ?? 2,
    onDark,
    coldStart,
    file,
    auditFile,
    credential,
    name,
  }
}
