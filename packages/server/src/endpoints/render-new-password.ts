import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'

/**
 * Renders the field for a new password, `password`, with what it must be. It is never filled in again.
 *
 * @param attributes further ones, such as `aria-describedby` and `autofocus`
 */
export function renderNewPassword(language: Language, attributes?: Html): Html {
  const strings = stringsIn(language).passwords
  return html`<div class="field">
<label for="password">${strings.label}</label>
<input id="password" name="password" type="password" autocomplete="new-password" required${attributes ?? html` aria-describedby="password-hint"`}>
<p class="hint" id="password-hint">${strings.hint}</p>
</div>
`
}

/** Renders the name that a password is for, so that password managers keep both together. */
export function renderPasswordOwner(username: string, language: Language): Html {
  return html`<div class="field">
<label for="owner">${stringsIn(language).login.username}</label>
<input id="owner" name="username" type="text" value="${username}" autocomplete="username" readonly dir="auto">
</div>
`
}
