import { type Html, html, trustThisMarkupUnescaped } from './html.ts'
import { directionOf, type Language } from './language.ts'
import { listLegalLinks } from './legal-links.ts'
import { markUrl, renderMark } from './mark.ts'
import { stylesheetOf } from './stylesheet.ts'
import type { Theme, ThemeImage } from './theme.ts'

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
<link rel="icon" href="${theme.iconUrl ?? markUrl(theme.accent?.light)}">
${style}
</head>
<body${frame && html` class="framed"`}>
${frame && html`<a class="skip" href="#content">${frame.skip}</a>\n`}<div class="column">
<header class="brand">${renderBrand(theme)}</header>
${frame?.navigation}<main${frame && html` id="content" tabindex="-1"`}>
${body}
</main>
${renderLegal(theme, language)}</div>
</body>
</html>
`
  return document.toString()
}

// As the style sheet has it.
const logoHeight = 28

// So wide a logo is taken for a wordmark: it says the name itself.
const wordmarkRatio = 2

function renderBrand(theme: Theme): Html {
  if (theme.logo === undefined) return html`${renderMark()}<bdi>${theme.name}</bdi>`
  const { light, dark } = theme.logo
  const isWordmark = light.width / light.height >= wordmarkRatio
  const source = dark && html`<source media="(prefers-color-scheme:dark)" srcset="${dark.url}"${renderSize(dark)}>`
  const image = html`<picture>${source}<img class="logo" src="${light.url}" alt="${isWordmark && theme.name}"${renderSize(light)}></picture>`
  return isWordmark ? image : html`${image}<bdi>${theme.name}</bdi>`
}

/** The size keeps the logo's place free while it is decoded, so that nothing jumps. */
function renderSize({ width, height }: ThemeImage): Html {
  return html` width="${Math.round((logoHeight * width) / height)}" height="${logoHeight}"`
}

function renderLegal(theme: Theme, language: Language): Html | undefined {
  const links = listLegalLinks(theme, language)
  if (links.length === 0) return undefined
  // In a window of its own: what was typed here stays.
  return html`<footer>${links.map(({ label, url }) => html`<a href="${url}" target="_blank" rel="noopener">${label}</a>\n`)}</footer>\n`
}
