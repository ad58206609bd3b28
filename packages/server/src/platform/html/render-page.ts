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
  /** The content of `main`, with one `h1`. */
  readonly body: Html
}

/** Renders a whole HTML document in one column. Send it with the headers of `pageHeaders(theme)`, which allow its style. */
export function renderPage({ title, language, theme, body }: Page): string {
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
<body>
<div class="column">
<header class="brand">${renderBrand(theme)}</header>
<main>
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
