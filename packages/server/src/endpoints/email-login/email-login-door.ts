import { isOpenByMail } from '../../domain/account-acts/log-in-by-mail.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import type { MailDoor } from '../mail-door.ts'
import { confirmLogin } from './confirm-login.ts'

/** Who has an account with an address gets a mail there, which signs them in. */
export function emailLoginDoor(deps: EmailFlowDeps): MailDoor {
  const { urls } = deps
  return {
    act: 'log_in',
    field: 'login',
    path: urls.emailLoginPath,
    codePath: urls.emailLoginCodePath,
    linkUrl: urls.emailLoginConfirmationUrl,
    words: (language) => stringsIn(language).emailLogin,
    isFit: (typed) => typed !== '',
    async findPerson(sql, typed) {
      const account = await findAccountByLoginName(sql, typed)
      if (!isOpenByMail(account)) return { email: typed, accountId: undefined, instead: 'nothing' }
      return { email: account.email, accountId: account.id }
    },
    takeProof: (request, reply, proof) => confirmLogin(deps, request, reply, proof),
  }
}
