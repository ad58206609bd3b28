import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import type { AreaPath } from '../render-account-frame.ts'
import { type CredentialForm, renderCredentialForm, renderTextField } from './credential-form.ts'

export interface EmailForm extends Pick<CredentialForm, 'language' | 'theme' | 'problem'> {
  readonly urls: Pick<IssuerUrls, 'accountEmailPath' | AreaPath>
  readonly typed?: string | undefined
}

/** Renders the form for another address: the field `email`. */
export function renderEmailForm({ urls, typed, problem, language, theme }: EmailForm): string {
  const { change: title, lead, field: label, submit } = stringsIn(language).accountEmail
  const field = { name: 'email', label, value: typed, autocomplete: 'email', isWrong: problem !== undefined }
  const fields = renderTextField(field)
  return renderCredentialForm({
    ...{ title, lead, action: urls.accountEmailPath, fields, submit, problem },
    ...{ urls, language, theme },
  })
}
