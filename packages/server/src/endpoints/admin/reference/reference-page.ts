import type { TSchema } from 'typebox'
import { type Html, html } from '../../../platform/html/html.ts'
import { renderPage } from '../../../platform/html/render-page.ts'
import type { Theme } from '../../../platform/html/theme.ts'
import type { IssuerUrls } from '../../issuer-urls.ts'
import { problemCodes } from '../../problem-codes.ts'
import type { AdminRoute } from '../admin-route.ts'
import { type AdminResource, adminResources } from '../admin-routes.ts'
import { type DescribedMember, describeMembers, describeType } from './describe-type.ts'
import { type JsonSchema, nameSchemas } from './name-schemas.ts'
import { commonProblems, problemSchema } from './problem-schema.ts'

/** Renders the reference of the Admin API for people: what stands in the OpenAPI document, on one page. In English, as its sentences are. */
export function renderReferencePage({ urls, theme }: { readonly urls: IssuerUrls; readonly theme: Theme }): string {
  const routes = adminResources.flatMap((resource) => resource.routes)
  const schemas = routes.flatMap(({ answer }) => (answer.schema ? [answer.schema] : []))
  const { components, refer } = nameSchemas([...schemas, problemSchema], (name) => name)
  const body = html`<h1>Admin API</h1>
<p>Below <code>${urls.adminUrl}</code>. Send an access token for the audience <code>urn:ostiary:admin</code> as <code>Authorization: Bearer</code>: of a person whose roles permit it, or of a program that is registered for the scopes. Everything is JSON, times are RFC 3339, and what is absent is <code>null</code>.</p>
<p>For programs: <a href="${urls.adminPath}/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${adminResources.map((resource) => renderResource(resource, refer))}
<section aria-labelledby="objects"><h2 id="objects">Objects</h2>
${Object.entries(components).map(([name, schema]) => renderComponent(name, schema))}</section>`
  return renderPage({
    title: 'Admin API',
    language: 'en',
    theme,
    frame: { skip: 'Skip to the content', navigation: renderNavigation() },
    body,
  })
}

function renderNavigation(): Html {
  const links = [...adminResources.map(({ title }) => title), 'Objects']
  return html`<nav aria-label="Admin API"><ul>
${links.map((title) => html`<li><a href="#${anchorOf(title)}">${title}</a></li>\n`)}</ul></nav>`
}

function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-')
}

function renderResource({ title, purpose, routes }: AdminResource, refer: (schema: TSchema) => JsonSchema): Html {
  const id = anchorOf(title)
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<p>${purpose}</p>
${routes.map((route) => renderRoute(route, refer))}</section>
`
}

function renderRoute(route: AdminRoute, refer: (schema: TSchema) => JsonSchema): Html {
  const { name, method, path, summary, description, permission, params, query, body, answer } = route
  const problems = [...new Set([...commonProblems(route), ...(route.problems ?? [])])]
  return html`<details id="${name}"><summary><code>${method} ${path}</code> <span>${summary}</span></summary>
${description && html`<p>${renderCode(description)}</p>\n`}<p class="muted">Needs <code>${permission}</code>.${renderConditions(route)}</p>
${renderMembers('In the address', describeMembers(refer(params)))}${renderMembers('Query', describeMembers(refer(query)))}${body && renderMembers('Body', describeMembers(refer(body)))}<p>Answers ${answer.status}${answer.schema && html`: <a href="#object-${describeType(refer(answer.schema))}">${describeType(refer(answer.schema))}</a>`}.</p>
<p class="muted">Problems: ${problems.map((code, index) => html`${index > 0 && ', '}<code>${code}</code> (${problemCodes[code]?.[0]})`)}</p>
</details>
`
}

function renderConditions({ match, isIdempotent }: AdminRoute): Html | undefined {
  const sentences = [
    ...(match === 'required' ? ['If-Match is required.'] : []),
    ...(match === 'taken' ? ['Takes If-Match.'] : []),
    ...(isIdempotent ? ['Takes Idempotency-Key.'] : []),
  ]
  return sentences.length === 0 ? undefined : html` ${sentences.join(' ')}`
}

function renderMembers(title: string, members: readonly DescribedMember[]): Html | undefined {
  if (members.length === 0) return undefined
  return html`<h3>${title}</h3>
<dl>
${members.map(renderMember)}</dl>
`
}

function renderMember({ name, type, isRequired, description }: DescribedMember): Html {
  return html`<div><dt><code>${name}</code> ${type}${isRequired ? '' : ', optional'}</dt><dd>${renderCode(description)}</dd></div>
`
}

function renderComponent(name: string, schema: JsonSchema): Html {
  return html`<h3 id="object-${name}">${name}</h3>
<dl>
${describeMembers(schema).map(renderMember)}</dl>
`
}

/** Words of the reference are Markdown; its code marks are all that they use. */
function renderCode(markdown: string): Html {
  return html`${markdown.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
