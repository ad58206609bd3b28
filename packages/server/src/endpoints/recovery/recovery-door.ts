import { isRecoverable } from '../../domain/account-acts/recover-account.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import type { MailDoor } from '../mail-door.ts'
import { showNewPassword } from './set-new-password.ts'

/** Who cannot sign in gets a mail to the address of their account. */
export function recoveryDoor(deps: EmailFlowDeps): MailDoor {
  const { urls } = deps
  return {
    act: 'recover',
    field: 'login',
    path: urls.recoveryPath,
    codePath: urls.recoveryCodePath,
    linkUrl: urls.recoveryPasswordUrl,
    words: (language) => stringsIn(language).recovery,
    isFit: (typed) => typed !== '',
    async findPerson(sql, typed) {
      const account = await findAccountByLoginName(sql, typed)
      if (!isRecoverable(account)) return { email: typed, accountId: undefined, instead: 'nothing' }
      return { email: account.email, accountId: account.id }
    },
    async takeProof(request, reply, proof) {
      if (wantsPage(request)) return showNewPassword(deps, request, reply, proof)
      return reply.header('cache-control', 'no-store').send({ secret: proof })
    },
  }
}
