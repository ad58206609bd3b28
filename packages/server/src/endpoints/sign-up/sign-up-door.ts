import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { parseEmail } from '../../domain/accounts/parse-email.ts'
import { admitSignUp } from '../../domain/throttle/admit-sign-up.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import type { MailDoor } from '../mail-door.ts'
import type { SignUpDeps } from './sign-up-deps.ts'
import { showNewAccount } from './take-new-account.ts'

/** Who has no account gets a mail to their address; who has one already is told so, by that mail alone. */
export function signUpDoor(deps: SignUpDeps): MailDoor {
  const { urls, clock } = deps
  return {
    act: 'sign_up',
    field: 'email',
    path: urls.signUpPath,
    codePath: urls.signUpCodePath,
    linkUrl: urls.signUpAccountUrl,
    words: (language) => stringsIn(language).signUp,
    isFit: (typed) => parseEmail(typed).ok,
    async findPerson(sql, typed, { request }) {
      const email = typed.normalize('NFC')
      const account = await findAccountByLoginName(sql, typed)
      const about = {
        ...({ kind: 'notice', notice: 'account_exists', username: account?.username ?? email } as const),
        ...{ userAgent: request.headers['user-agent'], network: parseNetwork(request.ip), at: clock.now() },
        lockUrl: undefined,
      }
      const instead = account && { recipient: account.email ?? email, mail: about }
      return { email, accountId: undefined, instead }
    },
    admit: admitSignUp,
    async takeProof(request, reply, proof) {
      if (wantsPage(request)) return showNewAccount(deps, request, reply, { secret: proof })
      return reply.header('cache-control', 'no-store').send({ secret: proof })
    },
  }
}
