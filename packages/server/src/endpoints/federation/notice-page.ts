import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import type { FederationNotice } from '../../platform/html/strings/strings.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface NoticePage {
  readonly notice: FederationNotice
  /** The upstream's. */
  readonly name: string
  /** A path here. */
  readonly backPath: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders why a login with an upstream came to nothing, and the way back. */
export function renderNoticePage({ notice, name, backPath, language, theme }: NoticePage): string {
  const strings = stringsIn(language).federation
  const body = html`<h1>${strings.failed}</h1>
<p>${strings.notices[notice](name)}</p>
<p><a href="${backPath}">${strings.back}</a></p>`
  return renderPage({ title: strings.failed, language, theme, body })
}
