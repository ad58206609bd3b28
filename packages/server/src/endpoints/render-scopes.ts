import { isIdentityScope } from '../domain/names/identity-scopes.ts'
import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'

export interface AskedScopes {
  /** The API that is asked for; absent where only the person's identity is. */
  readonly apiName: string | undefined
  readonly scopes: readonly string[]
  readonly language: Language
}

/** Renders what an app will be able to do, in plain words where we have them; nothing where it asks for nothing. */
export function renderScopes({ scopes, apiName, language }: AskedScopes): Html | undefined {
  const strings = stringsIn(language).authorization
  if (scopes.length === 0) return undefined
  const items = scopes.map((scope) =>
    isIdentityScope(scope)
      ? html`<li>${strings.scopes[scope]}</li>\n`
      : html`<li><bdi>${scope}</bdi> · <bdi>${apiName}</bdi></li>\n`,
  )
  return html`<h2>${strings.wants}</h2>
<ul class="scopes">
${items}</ul>
`
}
