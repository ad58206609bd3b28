import type { ApiKey } from '../../domain/api-keys/api-key.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { relativeTime, renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

export type ShownApiKey = Pick<ApiKey, 'id' | 'name' | 'audience' | 'scopes' | 'createdAt' | 'usedAt' | 'expiresAt'>

export interface ApiKeyList {
  readonly apiKeys: readonly ShownApiKey[]
  /** Where a key is made: a path on this origin. */
  readonly apiKeysPath: string
  /** Where "Revoke key" is posted to: a path on this origin. */
  readonly apiKeyRevocationAction: string
  readonly now: EpochMilliseconds
  readonly language: Language
}

/** Renders a person's API keys, the buttons that revoke them, and the link to where one is made. */
export function renderApiKeys(list: ApiKeyList): Html {
  const strings = stringsIn(list.language).apiKeys
  const items = list.apiKeys.map((key) => renderApiKey(key, list))
  return html`
<h2>${strings.title}</h2>
${items.length === 0 ? undefined : html`<ul class="sessions">\n${items}</ul>\n`}<p><a href="${list.apiKeysPath}">${strings.make}</a></p>`
}

function renderApiKey(
  { id, name, audience, scopes, createdAt, usedAt, expiresAt }: ShownApiKey,
  list: ApiKeyList,
): Html {
  const { now, language } = list
  const strings = stringsIn(language).apiKeys
  const used =
    usedAt === undefined
      ? strings.neverUsed
      : html`${stringsIn(language).account.lastUsed} ${renderPastMoment(usedAt, now, language)}`
  return html`<li><p><bdi>${name}</bdi></p>
<p class="muted"><bdi>${[audience, ...scopes].join(' · ')}</bdi></p>
<p class="muted">${strings.made} ${renderPastMoment(createdAt, now, language)} · ${used} · ${describeEnd(expiresAt, list)}</p>
<form method="post" action="${list.apiKeyRevocationAction}"><input type="hidden" name="key" value="${id}"><button class="quiet" type="submit">${strings.revoke}</button></form>
</li>
`
}

function describeEnd(expiresAt: EpochMilliseconds | undefined, { now, language }: ApiKeyList): string {
  const strings = stringsIn(language).apiKeys
  if (expiresAt === undefined) return strings.unending
  if (expiresAt <= now) return strings.expired
  return strings.expires(relativeTime(Math.floor((expiresAt - now) / 1000), language))
}
