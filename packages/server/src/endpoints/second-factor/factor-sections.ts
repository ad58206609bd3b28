import type { Factor } from '../../domain/login/factor.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { renderPasskeyForm } from '../render-passkey-form.ts'
import { renderReturnTo } from '../with-return-to.ts'

/** What every form of the page carries along. */
export interface StepFields {
  /** Where it is posted to: a path on this origin. */
  readonly action: string
  /** Which login it ends. */
  readonly step: string
  readonly returnTo?: string | undefined
  readonly isStepUp: boolean
}

export interface FactorSection extends StepFields {
  /** Which factor was tried before, and was wrong. */
  readonly refused?: Factor | undefined
  /** Whether a sentence at the top says why the page is shown again. */
  readonly isProblem: boolean
  /** Whether it is the only factor. */
  readonly isOnly: boolean
  /** JSON of what a passkey is asked. Absent: none is. */
  readonly passkeyOptions?: string | undefined
  /** Whether the person may ask not to be asked in this browser. */
  readonly mayRemember: boolean
  readonly language: Language
}

/** How each factor is asked for. */
export const factorSections: Readonly<Record<Factor, (section: FactorSection) => Html | undefined>> = {
  totp: renderTotp,
  passkey: renderPasskey,
  recovery_code: renderRecoveryCode,
}

/** Renders what every form of the page carries along. */
function renderStepFields({ step, returnTo, isStepUp }: StepFields, factor: Factor): Html {
  return html`<input type="hidden" name="factor" value="${factor}">
<input type="hidden" name="step" value="${step}">
${renderReturnTo(returnTo)}${isStepUp ? html`<input type="hidden" name="step_up" value="1">\n` : undefined}`
}

/** Renders the wish not to be asked again; nothing where it would have no effect. */
function renderRemember({ mayRemember, language }: FactorSection): Html | undefined {
  if (!mayRemember) return undefined
  return html`<label class="choice"><input type="checkbox" name="remember" value="1"> ${stringsIn(language).secondFactor.remember}</label>\n`
}

function renderTotp(section: FactorSection): Html {
  const { action, refused, isProblem, language } = section
  const strings = stringsIn(language).secondFactor
  const invalid = refused === 'totp' ? html` aria-invalid="true"` : undefined
  const described = isProblem ? html` aria-describedby="problem"${invalid}` : undefined
  return html`<form method="post" action="${action}">
${renderStepFields(section, 'totp')}<div class="field">
<label for="code">${strings.code}</label>
<input class="user-code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" dir="ltr" maxlength="16" required${described} autofocus>
</div>
${renderRemember(section)}<button type="submit">${strings.submit}</button>
</form>
`
}

function renderPasskey(section: FactorSection): Html {
  const { action, step, returnTo, isStepUp, isOnly, passkeyOptions: options, language } = section
  const strings = stringsIn(language).passkeys
  if (options === undefined) return html`<p>${strings.unavailable}</p>\n`
  const fields = { factor: 'passkey', step, return_to: returnTo, step_up: isStepUp ? '1' : undefined }
  const form = { action, act: 'get', options, fields, label: strings.confirm, isMain: isOnly } as const
  return html`${isOnly ? html`<p data-no-passkeys>${strings.needsScriptToConfirm}</p>\n` : undefined}${renderPasskeyForm({ ...form, language })}`
}

function renderRecoveryCode(section: FactorSection): Html {
  const { action, refused, language } = section
  const strings = stringsIn(language).secondFactor
  const invalid = refused === 'recovery_code' ? html` aria-describedby="problem" aria-invalid="true"` : undefined
  return html`<details${refused === 'recovery_code' ? html` open` : undefined}>
<summary>${strings.useRecoveryCode}</summary>
<form method="post" action="${action}">
${renderStepFields(section, 'recovery_code')}<div class="field">
<label for="recovery-code">${strings.recoveryCode}</label>
<input id="recovery-code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="64" required${invalid}>
</div>
<button class="quiet" type="submit">${strings.submit}</button>
</form>
</details>
`
}
