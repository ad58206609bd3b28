import { isIP } from 'node:net'
import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { isPublicAddress } from '../../platform/public-fetch/is-public-address.ts'
import { EVENT_PATTERN_SENTENCE, isEventPattern } from '../webhook-outbox/event-pattern.ts'

const LONGEST_URL = 2048
const LONGEST_DESCRIPTION = 200

/** What somebody says of a webhook, checked. */
export interface WebhookDescription {
  readonly url: string
  readonly description: string
  readonly events: readonly string[]
}

export type ParsedWebhook =
  | { readonly ok: true; readonly webhook: WebhookDescription }
  | { readonly ok: false; readonly sentence: string }

const URL_SENTENCE =
  'The URL is an https URL of the public internet without credentials and fragment, 2,048 characters at most, such as https://example.com/ostiary.'
const LOOPBACK_SENTENCE = `${URL_SENTENCE} For a receiver on this machine, while you develop, the server and this command both need OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS=on.`
const EVENTS_SENTENCE = `A webhook asks for 1 to 100 events. ${EVENT_PATTERN_SENTENCE}`
const DESCRIPTION_SENTENCE = 'A description is up to 200 characters, none of them invisible.'

/**
 * Text as given on a command line or in a request → a webhook that can be made, or a sentence that says what to change.
 *
 * @param reachesPrivateNetworks whether this installation lets webhooks into the network that it is in.
 */
export function parseWebhook(
  { url, description = '', events }: Partial<WebhookDescription>,
  reachesPrivateNetworks: boolean,
): ParsedWebhook {
  const wrong = (sentence: string): ParsedWebhook => ({ ok: false, sentence })
  if (url === undefined || !isWebhookUrl(url, reachesPrivateNetworks))
    return wrong(url !== undefined && isWebhookUrl(url, true) ? LOOPBACK_SENTENCE : URL_SENTENCE)
  if (events === undefined || events.length < 1 || events.length > 100) return wrong(EVENTS_SENTENCE)
  if (!events.every(isEventPattern)) return wrong(EVENTS_SENTENCE)
  if (description.length > LONGEST_DESCRIPTION || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(description))
    return wrong(DESCRIPTION_SENTENCE)
  return { ok: true, webhook: { url, description, events: [...new Set(events)].sort() } }
}

/** Only what can be seen here and now: what a name resolves to is checked at each connection. */
function isWebhookUrl(text: string, reachesPrivateNetworks: boolean): boolean {
  if (text.length > LONGEST_URL || !URL.canParse(text)) return false
  const { protocol, username, password, hostname, hash, href } = new URL(text)
  if (username !== '' || password !== '' || hash !== '' || href.endsWith('#')) return false
  const host = hostname.replace(/^\[|\]$/g, '')
  if (reachesPrivateNetworks && protocol === 'http:' && isLoopbackHost(hostname)) return true
  if (protocol !== 'https:') return false
  return reachesPrivateNetworks || (isIP(host) === 0 ? !isLoopbackHost(hostname) : isPublicAddress(host))
}
