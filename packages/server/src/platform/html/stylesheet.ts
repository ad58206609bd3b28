import { createHash } from 'node:crypto'
import { type Palette, paletteOf } from './palette.ts'
import type { Theme } from './theme.ts'

/** The one style sheet of a theme's pages, sent inside of each page and allowed there by its hash alone. */
export interface Stylesheet {
  readonly text: string
  /** The source expression of CSP Level 3 §2.3.1, quotes included: `'sha256-…'`. */
  readonly hashSource: string
}

const stylesheets = new WeakMap<Theme, Stylesheet>()

/**
 * The style sheet of a theme, made once.
 *
 * @throws {TypeError} when the theme's accent is no colour or can not be read
 */
export function stylesheetOf(theme: Theme): Stylesheet {
  const known = stylesheets.get(theme)
  if (known) return known
  const text = `${colours(theme)}${rules}`
  const hashSource = `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const stylesheet: Stylesheet = Object.freeze({ text, hashSource })
  stylesheets.set(theme, stylesheet)
  return stylesheet
}

function colours(theme: Theme): string {
  const light = declarations(paletteOf(theme, 'light'))
  const dark = declarations(paletteOf(theme, 'dark'))
  return `:root{color-scheme:light dark;${light}}@media (prefers-color-scheme:dark){:root{${dark}}}`
}

function declarations(palette: Palette): string {
  return [
    `--paper:${palette.paper}`,
    `--surface:${palette.surface}`,
    `--ink:${palette.ink}`,
    `--muted:${palette.muted}`,
    `--line:${palette.line}`,
    `--field-border:${palette.fieldBorder}`,
    `--accent:${palette.accent}`,
    `--on-accent:${palette.onAccent}`,
    `--danger:${palette.danger}`,
  ].join(';')
}

// Sizes of type in rem, so that they follow the reader's own base size; logical sides, so that they follow the script.
const rules: string = `
*,*::before,*::after{box-sizing:border-box}
html{font:100%/1.5 system-ui,sans-serif;background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-block-size:100vh;min-block-size:100dvh;padding:40px 24px;overflow-wrap:anywhere}
.column{inline-size:100%;max-inline-size:400px;margin-inline:auto}
.brand{display:flex;align-items:center;gap:8px;margin:0 0 40px;font-weight:500;font-size:1rem}
.mark,.logo{block-size:28px;inline-size:auto;flex:none}
.mark{color:var(--accent)}
picture{display:contents}
footer{display:flex;flex-wrap:wrap;gap:0 24px;margin-block-start:40px}
footer a{display:flex;align-items:center;min-block-size:44px;font-size:.8125rem;color:var(--muted)}
h1{margin:0 0 24px;font-size:1.75rem;line-height:1.25;font-weight:600;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 16px;max-inline-size:68ch;text-wrap:pretty}
a{color:var(--accent)}
form{margin:0}
.choice{display:flex;gap:8px;align-items:center;min-block-size:44px;margin:0;font-weight:400}
input[type=checkbox]{inline-size:20px;block-size:20px;flex:none;padding:0;appearance:auto;accent-color:var(--accent)}
a.button{display:block;margin:24px 0 0;padding:10px 16px;font-weight:500;text-align:center;text-decoration:none;color:var(--on-accent);background:var(--accent);border:1px solid var(--accent);border-radius:8px}
.qr{display:block;inline-size:100%;max-inline-size:240px;margin:0 0 16px;background:#fff;border-radius:8px}
.codes{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(11rem,100%),1fr));gap:4px 16px;margin:0 0 16px;padding:16px;border:1px solid var(--line);border-radius:8px}
details{margin-block-start:16px}
summary{padding-block:10px;color:var(--accent);cursor:pointer}
details form{margin-block-start:8px}
.field{margin:0 0 16px}
label{display:block;margin:0 0 4px;font-size:.875rem;font-weight:500}
input,select,textarea{display:block;inline-size:100%;block-size:44px;margin:0;padding:0 12px;font:inherit;color:inherit;background:var(--surface);border:1px solid var(--field-border);border-radius:8px;appearance:none}
select{appearance:auto}
textarea{block-size:auto;min-block-size:88px;padding-block:8px;resize:vertical}
fieldset{min-inline-size:0;margin:40px 0 0;padding:0;border:0}
legend{margin:0 0 16px;padding:0;font-size:1.25rem;line-height:1.3;font-weight:600}
.hint,.wrong{margin:4px 0 0;font-size:.875rem;color:var(--muted)}
.wrong{color:var(--danger)}
html[dir=rtl] :is(input,textarea){text-align:right}
button{display:block;inline-size:100%;min-block-size:44px;margin:24px 0 0;padding:8px 16px;font:inherit;font-weight:500;color:var(--on-accent);background:var(--accent);border:1px solid var(--accent);border-radius:8px;cursor:pointer;appearance:none;transition:background-color .12s,border-color .12s}
button:hover{background:color-mix(in srgb,var(--accent) 88%,var(--ink));border-color:transparent}
button.danger{color:var(--paper);background:var(--danger);border-color:var(--danger)}
button.quiet{color:var(--accent);background:transparent;border-color:var(--field-border)}
button.quiet:hover{border-color:var(--accent);background:transparent}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.problem{display:flex;gap:8px;margin:0 0 24px;padding:12px;color:var(--danger);border:1px solid currentColor;border-radius:8px;background:var(--surface)}
.problem span{text-wrap:pretty}
.problem svg{flex:none;inline-size:20px;block-size:20px;margin-block-start:2px}
.muted{color:var(--muted)}
.hint{margin:4px 0 0;font-size:.8125rem;color:var(--muted)}
.after{margin:24px 0 0}
input[readonly]{color:var(--muted);background:transparent}
code{font:.8125rem/1.5 ui-monospace,monospace}
.user-code{display:block;margin:8px 0 24px;font:1.75rem/1.25 ui-monospace,monospace;letter-spacing:.08em}
html[dir=rtl] .user-code{text-align:right}
input.user-code{margin:0;font-size:1.25rem}
dl{margin:24px 0 0;border-block-end:1px solid var(--line)}
dl+p{margin-block-start:16px}
dl>div{padding-block:12px;border-block-start:1px solid var(--line)}
dt{font-size:.8125rem;color:var(--muted)}
dd{margin:0}
h2{margin:40px 0 0;font-size:1.25rem;line-height:1.3;font-weight:600}
.sessions{list-style:none;margin:16px 0 0;padding:0;border-block-end:1px solid var(--line)}
.sessions>li{padding-block:16px;border-block-start:1px solid var(--line)}
.sessions p{margin:0}
.scopes{margin:8px 0 16px;padding-inline-start:20px}
fieldset{margin:0 0 16px;padding:0;border:0;min-inline-size:0}
legend{padding:0;font-size:.875rem;font-weight:500}
.choice{display:flex;gap:8px;align-items:center;min-block-size:44px;margin:0;font-weight:400}
input[type=checkbox]{inline-size:20px;block-size:20px;flex:none;padding:0;appearance:auto;accent-color:var(--accent)}
details{margin-block-start:16px}
summary{padding-block:10px;color:var(--accent);cursor:pointer}
details form{margin-block-start:8px}
small{font-size:.8125rem;color:var(--muted)}
.sessions button{margin-block-start:12px}
p+section,section+section{margin-block-start:40px}
section>h2:first-child{margin-block-start:0}
h2+p{margin-block-start:8px}
fieldset>.wrong{margin:0 0 16px}
.sessions+p,form+p{margin-block-start:16px}
.skip{position:absolute;inset-inline-start:24px;inset-block-start:8px;padding:8px 12px;background:var(--surface);border-radius:8px}
.skip:not(:focus){inset-block-start:-100px}
main:focus{outline:none}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:0 16px;margin:0 0 24px;padding:0;border-block-end:1px solid var(--line)}
nav a{display:flex;align-items:center;min-block-size:44px;margin-block-end:-1px;color:var(--ink);text-decoration:none;border-block-end:2px solid transparent}
nav a:hover{color:var(--accent)}
nav a[aria-current]{font-weight:600;border-color:var(--accent)}
.framed .column{max-inline-size:640px}
.framed .brand{margin-block-end:16px}
@media (min-height:640px) and (min-width:480px){body:not(.framed){padding-block-start:14vh}}
@media (min-width:800px){.framed .column{display:grid;grid-template-columns:160px minmax(0,1fr);gap:0 40px;max-inline-size:840px}
.framed .brand{grid-column:1/-1;margin-block-end:40px}
.framed footer{grid-column:2}
.framed nav ul{flex-direction:column;margin:0;border:0}
.framed nav a{margin:0;padding-inline-start:12px;border-block-end:0;border-inline-start:2px solid var(--line)}
.framed nav a[aria-current]{border-color:var(--accent)}
.framed button{inline-size:auto}
.framed a.button{display:inline-block}
.framed .field{max-inline-size:400px}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
@media (forced-colors:active){button,.problem{border-color:currentColor}}
`
