import { Type } from 'typebox'
import { isRecoverable } from '../../../domain/account-acts/recover-account.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { canonicalLoginName } from '../../../domain/accounts/canonical-login-name.ts'
import { generatePassword } from '../../../domain/credentials/generate-password.ts'
import type { PasswordHash } from '../../../domain/credentials/password-hash.ts'
import { setPassword } from '../../../domain/credentials/set-password.ts'
import { endChallenges } from '../../../domain/email-challenges/end-challenges.ts'
import { issueChallenge } from '../../../domain/email-challenges/issue-challenge.ts'
import { asksForSecondFactor } from '../../../domain/login/list-factors.ts'
import { logOutEverywhere } from '../../../domain/sessions/log-out-everywhere.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { describeDoer } from '../../describe-doer.ts'
import { hashNewPassword, toPasswordProblem } from '../../hash-new-password.ts'
import type { AdminCall } from '../admin-call.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, nullable, waiting } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { confirm, readWait } from '../confirm.ts'
import { accountParams } from './account-params.ts'
import { lockAccount } from './lock-account.ts'
import { invalid } from './parse-account.ts'
import { readAccount } from './read-account.ts'

const outcomeSchema = closed(
  {
    password: nullable(Type.String({ description: 'The one that was generated, shown this once.' })),
    recovery_sent: Type.Boolean({ description: 'Whether a mail was left by which the person chooses one.' }),
    confirmation: nullable(confirmationSchema),
  },
  'PasswordOutcome',
)

interface WantedPassword {
  readonly password?: string | undefined
  readonly generate?: true | undefined
  readonly send_recovery?: true | undefined
}

export const passwordRoute: AdminRoute = adminRoute({
  name: 'setAccountPassword',
  method: 'POST',
  path: '/accounts/{account_id}/password',
  permission: 'accounts:write',
  summary: 'Give an account another password, or have its person choose one',
  description:
    'Exactly one of `password`, `generate` and `send_recovery`. A new password ends all sessions of the account; a mail changes nothing before it is used.',
  params: accountParams,
  query: closed(waiting),
  body: closed({
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    generate: Type.Optional(Type.Literal(true, { description: 'One is made, and answered this once.' })),
    send_recovery: Type.Optional(
      Type.Literal(true, { description: 'A mail with a link goes to the account’s address.' }),
    ),
  }),
  answer: { status: 200, schema: outcomeSchema },
  isIdempotent: true,
  problems: ['refused_password', 'busy', 'privilege_exceeded', 'no_address'],
  async act(call) {
    readWait(call.query.wait)
    const { params, body } = call
    if (Object.keys(body).length !== 1) throw invalid('Send exactly one of "password", "generate" and "send_recovery".')
    const accountId = params.account_id
    if (body.send_recovery === true) return sendRecovery(call, accountId)
    return replacePassword(call, accountId, body)
  },
})

async function replacePassword(
  call: AdminCall<unknown, { readonly wait?: string }>,
  accountId: string,
  wanted: WantedPassword,
) {
  const { deps, caller } = call
  const answer = await answerOnce(call, 200, async () => {
    const { account } = await readAccount(deps.database.read, accountId)
    const generated = wanted.generate === true ? generatePassword() : undefined
    const hash = await hashFor(call, account, generated ?? wanted.password ?? '')
    return async (tx) => {
      await lockAccount(tx, call, { accountId })
      const sequence = await putPassword(tx, accountId, hash, call)
      const once = generated === undefined ? {} : { once: { password: generated } }
      return { body: { password: null, recovery_sent: false, sequence }, ...once }
    }
  })
  const { sequence, ...body } = answer.body as { readonly sequence: number }
  return { ...answer, body: { ...body, confirmation: await confirm(call, sequence) } }

  async function putPassword(tx: Transaction, id: string, hash: PasswordHash, { caller: { actor } }: AdminCall) {
    await setPassword(tx, id, hash, actor)
    await endChallenges(tx, id)
    return (await logOutEverywhere(tx, id, caller.actor)).sequence
  }
}

/** @throws Problem 400 `refused_password`, 503 `busy` */
async function hashFor({ deps, signal }: AdminCall, account: Account, password: string): Promise<PasswordHash> {
  const { username, email, id } = account
  const hasSecondFactor = await asksForSecondFactor(deps.database.read, id)
  const context = { username, email, issuerHost: deps.urls.host, hasSecondFactor }
  const hashed = await hashNewPassword(deps, password, { context, signal })
  if (!hashed.ok) throw toPasswordProblem(hashed)
  return hashed.hash
}

/** The mail is the one that people ask for themselves. */
async function sendRecovery(call: AdminCall, accountId: string) {
  const { deps, request, caller } = call
  const { network, language } = describeDoer(request)
  return answerOnce(call, 200, () => async (tx) => {
    const account = await lockAccount(tx, call, { accountId })
    if (!isRecoverable(account)) throw noAddress()
    const { email } = account
    await issueChallenge(tx, deps.sealer, {
      ...{ purpose: 'recover', email: canonicalLoginName(email), accountId, payload: { email, returnTo: undefined } },
      ...{ linkUrl: deps.urls.recoveryPasswordUrl, language, network, actor: caller.actor },
    })
    return { body: { password: null, recovery_sent: true, confirmation: null } }
  })
}

function noAddress(): Problem {
  const detail = 'The account has no e-mail address, or an operator has disabled it: no mail opens it.'
  return new Problem({ status: 409, code: 'no_address', detail })
}
