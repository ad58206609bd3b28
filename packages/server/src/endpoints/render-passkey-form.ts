import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'

export interface PasskeyForm {
  /** Where the credential is posted to, as `credential`: a path on this origin. */
  readonly action: string
  readonly act: 'get' | 'create'
  /** JSON of what a passkey is asked when the button is pressed. */
  readonly options: string
  /** JSON of what it is asked at once, without a dialog; empty: the same. Absent: nothing. */
  readonly conditional?: string | undefined
  /** Further hidden fields. */
  readonly fields?: Readonly<Record<string, string | undefined>>
  readonly label: string
  /** Whether it is what the page is for, and not one way of several. */
  readonly isMain?: boolean
  readonly language: Language
}

/** Renders a form that a passkey answers. It is hidden until the script of `passkeyScript`, on the same page, finds that the browser knows passkeys. */
export function renderPasskeyForm(form: PasskeyForm): Html {
  const { action, act, options, conditional, fields = {}, label, isMain = false, language } = form
  const strings = stringsIn(language).passkeys
  const isNew = act === 'create'
  const hidden = Object.entries(fields).map(([name, value]) =>
    value === undefined ? undefined : html`<input type="hidden" name="${name}" value="${value}">\n`,
  )
  return html`<form method="post" action="${action}" data-passkey="${act}" data-options="${options}"${conditional === undefined ? undefined : html` data-conditional="${conditional}"`} hidden>
${hidden}<input type="hidden" name="credential" value="">
<p class="muted" data-problem="failed" role="alert" hidden>${isNew ? strings.notMade : strings.notSigned}</p>
${isNew ? html`<p class="muted" data-problem="exists" role="alert" hidden>${strings.exists}</p>\n` : undefined}<button type="submit"${isMain ? undefined : html` class="quiet"`}>${label}</button>
</form>
`
}
