import type { Api } from '../domain/apis/api.ts'
import { isIdentityScope } from '../domain/names/identity-scopes.ts'
import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'

/** What of an API is shown to people. */
export type DescribedApi = Pick<Api, 'name' | 'scopeDescriptions'>

/**
 * What each scope lets an app do, for a person to read: our own words for what tells who they are, the operator's words for what an API
 * understands, and the scope itself beside them, so that it can be told what was really asked for.
 */
export function describeScopes(
  scopes: readonly string[],
  api: DescribedApi | undefined,
  language: Language,
): readonly Html[] {
  return scopes.map((scope) => describeScope(scope, api, language))
}

function describeScope(scope: string, api: DescribedApi | undefined, language: Language): Html {
  if (isIdentityScope(scope)) return html`${stringsIn(language).authorization.scopes[scope]}`
  // A scope that is named like something every object has must not find that.
  const { name, scopeDescriptions = {} } = api ?? {}
  const words = Object.hasOwn(scopeDescriptions, scope) ? scopeDescriptions[scope] : undefined
  const origin = name === undefined ? undefined : html` · <bdi>${name}</bdi>`
  if (words === undefined) return html`<bdi>${scope}</bdi>${origin}`
  return html`<bdi>${words}</bdi> <small><bdi>${scope}</bdi>${origin}</small>`
}
