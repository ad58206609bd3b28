import { html } from '../../platform/html/html.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { renderNewPassword, renderPasswordOwner } from '../render-new-password.ts'
import { type CredentialForm, renderCredentialForm } from './credential-form.ts'

export interface PasswordForm extends Pick<CredentialForm, 'action' | 'urls' | 'language' | 'theme'> {
  /** Whose password it is. */
  readonly username: string
  /** Whether there is one, which is asked for. */
  readonly hasPassword: boolean
  /** The sentence why it is shown again, and which field it is about. */
  readonly problem?: { readonly sentence: string; readonly about: 'current' | 'new' } | undefined
}

/** Renders the form for another password: fields `current_password` and `password`. */
export function renderPasswordForm({ username, hasPassword, problem, ...form }: PasswordForm): string {
  const { language } = form
  const strings = stringsIn(language).accountPassword
  const invalid = html` aria-describedby="problem" aria-invalid="true"`
  const current = html`<div class="field">
<label for="current">${strings.current}</label>
<input id="current" name="current_password" type="password" autocomplete="current-password" required${problem?.about === 'current' ? invalid : undefined} autofocus>
</div>
`
  const isNewWrong = problem?.about === 'new'
  const attributes = html` aria-describedby="${isNewWrong ? 'problem password-hint' : 'password-hint'}"${isNewWrong ? html` aria-invalid="true"` : undefined}`
  const fields = html`${renderPasswordOwner(username, language)}${hasPassword ? current : undefined}${renderNewPassword(language, attributes)}`
  const title = hasPassword ? strings.change : strings.set
  const shown = { title, lead: strings.effect, fields, submit: title, problem: problem?.sentence }
  return renderCredentialForm({ ...form, ...shown })
}
