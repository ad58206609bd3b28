import { type Html, html, trustThisMarkupUnescaped } from '../../platform/html/html.ts'
import { directionOf, type Language } from '../../platform/html/language.ts'
import { type LegalLink, listLegalLinks } from '../../platform/html/legal-links.ts'
import { type Palette, paletteOf } from '../../platform/html/palette.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { WordedMail } from './mail-words.ts'

const MONOSPACE = 'ui-monospace,SFMono-Regular,Menlo,Consolas,monospace'

/**
 * Renders a mail as HTML. Everything is inside of it: no image, no font, nothing that tells whether it was opened. Styles are inline, since some
 * programs drop style sheets; the one sheet that it has is for the dark.
 */
export function renderMailHtml(words: WordedMail, language: Language, theme: Theme): string {
  const light = paletteOf(theme, 'light')
  const { subject, lead, code, facts, advice, button, closing } = words
  const direction = directionOf(language)
  const align = direction === 'rtl' ? 'right' : 'left'
  const document = html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
${darkStyle(paletteOf(theme, 'dark'))}
</head>
<body class="paper" style="margin:0;padding:0;background:${light.paper};">
${renderPreheader(lead)}
<div class="paper ink" lang="${language}" dir="${direction}" style="background:${light.paper};color:${light.ink};font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;text-align:${align};">
<div style="max-width:480px;margin:0 auto;padding:40px 24px;overflow-wrap:anywhere;">
<p style="margin:0 0 32px;font-weight:500;"><bdi>${theme.name}</bdi></p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3;font-weight:600;">${subject}</h1>
<p style="margin:0 0 24px;">${lead}</p>
${code && renderCode(code, light)}
${facts.length > 0 && renderFacts(facts, light)}
${advice !== undefined && html`<p style="margin:0 0 24px;">${advice}</p>`}
${button && renderButton(button, light)}
${closing.map((sentence) => html`<p class="muted" style="margin:0 0 8px;font-size:14px;color:${light.muted};">${sentence}</p>\n`)}
${renderLegal(listLegalLinks(theme, language), light)}
</div>
</div>
</body>
</html>
`
  return document.toString()
}

/** What a list of mails shows beside the subject: the lead, then nothing, so that the code behind it does not get onto a locked screen. */
function renderPreheader(lead: string): Html {
  const nothing = trustThisMarkupUnescaped('&#847;&zwnj;&nbsp;'.repeat(90))
  return html`<div aria-hidden="true" style="display:none;max-height:0;overflow:hidden;">${lead}${nothing}</div>`
}

function renderCode({ label, text }: { label: string; text: string }, { surface, line, muted }: Palette): Html {
  return html`<div class="surface" style="margin:0 0 24px;padding:16px;background:${surface};border:1px solid ${line};border-radius:8px;text-align:center;">
<div class="muted" style="font-size:14px;color:${muted};">${label}</div>
<div dir="ltr" style="font:600 32px/1.4 ${MONOSPACE};letter-spacing:.06em;white-space:nowrap;">${text}</div>
</div>`
}

function renderFacts(facts: WordedMail['facts'], { line, muted }: Palette): Html {
  const rows = facts.map(
    ([label, value]) => html`<dt class="muted" style="font-size:14px;color:${muted};">${label}</dt>
<dd style="margin:0 0 8px;"><bdi>${value}</bdi></dd>
`,
  )
  return html`<dl class="line" style="margin:0 0 24px;padding:16px 0 8px;border-top:1px solid ${line};border-bottom:1px solid ${line};">
${rows}</dl>`
}

/** The address also stands written out, since not every program shows links, and so that it can be read before it is opened. */
function renderButton(button: NonNullable<WordedMail['button']>, { accent, onAccent, muted }: Palette): Html {
  const { label, url, written } = button
  return html`<p style="margin:0 0 16px;"><a class="button" href="${url}" target="_blank" rel="noopener noreferrer" style="display:inline-block;padding:10px 20px;background:${accent};color:${onAccent};border-radius:8px;font-weight:500;text-decoration:none;">${label}</a></p>
<p class="muted" style="margin:0 0 24px;font-size:14px;color:${muted};">${written}<br><a class="link" href="${url}" target="_blank" rel="noopener noreferrer" dir="ltr" style="color:${accent};word-break:break-all;">${url}</a></p>`
}

function renderLegal(links: readonly LegalLink[], { muted }: Palette): Html | undefined {
  if (links.length === 0) return undefined
  const anchors = links.map(
    ({ label, url }) =>
      html`<a class="muted" href="${url}" target="_blank" rel="noopener noreferrer" style="margin-inline-end:16px;color:${muted};">${label}</a>\n`,
  )
  return html`<p style="margin:16px 0 0;font-size:14px;">${anchors}</p>`
}

function darkStyle({ paper, surface, ink, muted, line, accent, onAccent }: Palette): Html {
  const rules = [
    `.paper{background:${paper}!important}`,
    `.ink{color:${ink}!important}`,
    `.muted{color:${muted}!important}`,
    `.line{border-color:${line}!important}`,
    `.surface{background:${surface}!important;border-color:${line}!important}`,
    `.button{background:${accent}!important;color:${onAccent}!important}`,
    `.link{color:${accent}!important}`,
  ].join('')
  return trustThisMarkupUnescaped(
    `<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){${rules}}</style>`,
  )
}
