import { html } from '../../platform/html/html.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { OauthErrorMeaning } from '../oauth-error-codes.ts'

export interface ErrorCodePage {
  readonly code: string
  /** What it means where OAuth's own form is answered. */
  readonly oauth: OauthErrorMeaning | undefined
  /** What it means as a problem, and with which status. */
  readonly problem: string | undefined
  readonly status: number | undefined
  readonly theme: Theme
}

/** Renders what a code means. In English, as the codes and their descriptions are: developers read it. */
export function renderErrorCodePage({ code, oauth, problem, status, theme }: ErrorCodePage): string {
  const ofOauth =
    oauth &&
    html`<p>${oauth.meaning}</p>
<p>${oauth.remedy}</p>
<p class="muted">${oauth.source}</p>
`
  // Meanings are Markdown of the reference; its code marks are all that they use.
  const ofProblem =
    problem !== undefined &&
    html`<p>${problem.replaceAll('`', '')}</p>
<p class="muted">HTTP ${status}, RFC 9457</p>
`
  const body = html`<h1><code>${code}</code></h1>
${ofOauth}${ofProblem || undefined}<p class="muted">The incident id of the answer leads to the reason in the server's log.</p>`
  return renderPage({ title: code, language: 'en', theme, body })
}
