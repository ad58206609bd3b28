import type { Api } from '../../domain/apis/api.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { keyLifetimes } from './parse-request.ts'

export interface ApiKeyFormPage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly urls: AccountFrame['urls'] & Pick<IssuerUrls, 'accountApiKeysPath'>
  readonly apis: readonly Pick<Api, 'audience' | 'name' | 'scopes'>[]
  /** What was sent and could not be taken: the form is shown again with it. */
  readonly typed?: { readonly name: string; readonly audience: string; readonly scope?: string | undefined } | undefined
}

/** Renders the form that makes a key: fields `name`, `audience`, `scope` and `expires`. */
export function renderApiKeyFormPage({ urls, apis, typed, language, theme }: ApiKeyFormPage): string {
  const strings = stringsIn(language).apiKeys
  const options = apis.map(
    ({ audience, name, scopes }) =>
      html`<option value="${audience}"${audience === typed?.audience ? selected : undefined}>${[name, ...scopes].join(' · ')}</option>`,
  )
  const lifetimes = keyLifetimes.map(
    ({ value, days }) =>
      html`<option value="${value}"${days === 90 ? selected : undefined}>${strings.days(days)}</option>`,
  )
  const body = html`${typed === undefined ? undefined : renderProblem('problem', strings.problem)}<p>${strings.purpose}</p>
<form method="post" action="${urls.accountApiKeysPath}">
<div class="field">
<label for="name">${strings.name}</label>
<input id="name" name="name" type="text" value="${typed?.name}" maxlength="128" autocomplete="off" dir="auto" required>
</div>
<div class="field">
<label for="audience">${strings.api}</label>
<select id="audience" name="audience" required>${options}</select>
</div>
<div class="field">
<label for="scope">${strings.scopes}</label>
<input id="scope" name="scope" type="text" value="${typed?.scope}" maxlength="4096" autocomplete="off" autocapitalize="none" spellcheck="false" dir="ltr">
</div>
<div class="field">
<label for="expires">${strings.lifetime}</label>
<select id="expires" name="expires">${lifetimes}</select>
</div>
<button type="submit">${strings.submit}</button>
</form>
${renderBack(urls.accountPath, language)}`
  return renderAccountFrame({ title: strings.make, area: 'overview', isBelow: true, urls, language, theme, body })
}

const selected: Html = html` selected`

export interface MadeApiKeyPage extends Pick<AccountFrame, 'urls' | 'language' | 'theme'> {
  readonly name: string
  /** The key itself. */
  readonly text: string
}

/** Renders a key that was just made, for the only time. */
export function renderMadeApiKeyPage({ name, text, urls, language, theme }: MadeApiKeyPage): string {
  const strings = stringsIn(language).apiKeys
  const body = html`<p><bdi>${name}</bdi></p>
<p>${strings.shownOnce}</p>
<p><code id="api-key" dir="ltr">${text}</code></p>
${renderBack(urls.accountPath, language)}`
  return renderAccountFrame({ title: strings.title, area: 'overview', isBelow: true, urls, language, theme, body })
}

function renderBack(accountPath: string, language: Language): Html {
  return html`<p><a href="${accountPath}">${stringsIn(language).apiKeys.back}</a></p>`
}
