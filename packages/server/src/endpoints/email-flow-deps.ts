import type { LoginDeps } from '../domain/login/login-deps.ts'
import type { LoginOutcome } from '../domain/login/login-outcome.ts'
import type { Theme } from '../platform/html/theme.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** What is done without a login that sends a mail. */
export type MailingAct = 'sign_up' | 'recover' | 'log_in'

/**
 * Says whether a person sends a form, by whatever the form holds: a captcha's answer, for example. Asked before anything else is; who is
 * refused is shown the form again.
 *
 * @param form the fields as they came, unchecked
 */
export type VerifyHuman = (
  form: Readonly<Record<string, unknown>>,
  about: { readonly act: MailingAct /** That the request came from. */; readonly address: string },
) => Promise<boolean>

/** What everything that is proved by a mail is done with. */
export interface EmailFlowDeps extends LoginDeps {
  readonly urls: IssuerUrls
  readonly theme: Theme
  readonly sealer: Sealer
  /** Absent: everybody is taken for a person. */
  readonly verifyHuman?: VerifyHuman | undefined
  readonly countLogin: (outcome: LoginOutcome) => void
}
