import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'
import { type DescribedApi, describeScopes } from './describe-scopes.ts'

export interface AskedScopes {
  /** The API that is asked for; absent where only the person's identity is. */
  readonly api: DescribedApi | undefined
  readonly scopes: readonly string[]
  readonly language: Language
}

/** Renders what an app will be able to do; nothing where it asks for nothing. */
export function renderScopes({ scopes, api, language }: AskedScopes): Html | undefined {
  if (scopes.length === 0) return undefined
  const items = describeScopes(scopes, api, language).map((words) => html`<li>${words}</li>\n`)
  return html`<h2>${stringsIn(language).authorization.wants}</h2>
<ul class="scopes">
${items}</ul>
`
}
