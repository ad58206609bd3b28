import { type Html, html, trustThisMarkupUnescaped } from './html.ts'
import { directionOf, type Language } from './language.ts'
import { faviconUrl, renderMark } from './mark.ts'
import { stylesheetOf } from './stylesheet.ts'
import type { Theme } from './theme.ts'

export interface Page {
  /** What the page is, for the window's title; the theme's name is added. */
  readonly title: string
  readonly language: Language
  readonly theme: Theme
  /** Around an area of several pages. Absent: the page stands alone, in one narrow column. */
  readonly frame?: Frame | undefined
  /** The content of `main`, with one `h1`. */
  readonly body: Html
}

export interface Frame {
  /** The words of the link that leads past the navigation. */
  readonly skip: string
  /** A `nav`. */
  readonly navigation: Html
}

/** Renders a whole HTML document: in one column, or beside its area's navigation. Send it with the headers of `pageHeaders(theme)`, which allow its style. */
export function renderPage({ title, language, theme, frame, body }: Page): string {
  const style = trustThisMarkupUnescaped(`<style>${stylesheetOf(theme).text}</style>`)
  const document = html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${theme.name}</title>
<link rel="icon" href="${faviconUrl}">
${style}
</head>
<body${frame && html` class="framed"`}>
${frame && html`<a class="skip" href="#content">${frame.skip}</a>\n`}<div class="column">
<header class="brand">${renderBrand(theme)}</header>
${frame?.navigation}<main${frame && html` id="content" tabindex="-1"`}>
${body}
</main>
</div>
</body>
</html>
`
  return document.toString()
}

function renderBrand(theme: Theme): Html {
  const image = theme.logo === undefined ? renderMark() : html`<img class="logo" src="${theme.logo}" alt="">`
  return html`${image}<bdi>${theme.name}</bdi>`
}
