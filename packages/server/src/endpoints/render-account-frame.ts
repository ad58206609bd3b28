import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { renderPage } from '../platform/html/render-page.ts'
import { type Strings, stringsIn } from '../platform/html/strings/strings.ts'
import type { Theme } from '../platform/html/theme.ts'
import type { IssuerUrls } from './issuer-urls.ts'

export type AccountArea = keyof Strings['accountFrame']['areas']
export type AreaPath =
  | 'accountPath'
  | 'accountSecurityPath'
  | 'accountOrganizationsPath'
  | 'accountActivityPath'
  | 'accountDataPath'

/** In the order of the navigation: each with where it stands. */
const areas: readonly (readonly [AccountArea, AreaPath])[] = [
  ['overview', 'accountPath'],
  ['security', 'accountSecurityPath'],
  ['organizations', 'accountOrganizationsPath'],
  ['activity', 'accountActivityPath'],
  ['data', 'accountDataPath'],
]

export interface AccountFrame {
  readonly title: string
  /** Whether the title is what somebody has named: it turns nothing around it. Default: no. */
  readonly isName?: boolean
  /** Where in the account area the page belongs. */
  readonly area: AccountArea
  /** Whether the page stands below the area's own, as a form does. Default: it is that page. */
  readonly isBelow?: boolean
  readonly urls: Pick<IssuerUrls, AreaPath>
  readonly language: Language
  readonly theme: Theme
  /** What stands under the heading. */
  readonly body: Html
}

/** Renders a page of the account area: a link past the navigation, the navigation, the heading, the body. */
export function renderAccountFrame(frame: AccountFrame): string {
  const { title, isName, language, theme, body } = frame
  const strings = stringsIn(language).accountFrame
  const navigation = html`<nav aria-label="${strings.navigation}">
<ul>
${areas.map(([area, path]) => html`<li><a href="${frame.urls[path]}"${renderCurrent(area, frame)}>${strings.areas[area]}</a></li>\n`)}</ul>
</nav>`
  return renderPage({
    title,
    language,
    theme,
    frame: { skip: strings.skip, navigation },
    body: html`<h1>${isName ? html`<bdi>${title}</bdi>` : title}</h1>\n${body}`,
  })
}

/** WAI-ARIA 1.2 §6.6: `page` for the page itself, `true` for where it belongs. */
function renderCurrent(area: AccountArea, frame: AccountFrame): Html | undefined {
  if (area !== frame.area) return undefined
  return frame.isBelow ? html` aria-current="true"` : html` aria-current="page"`
}
