import type { FastifyRequest } from 'fastify'
import { leaveNotice } from '../domain/mails/leave-notice.ts'
import type { Transaction } from '../platform/database/database.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import { describeDoer } from './describe-doer.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { noticeDeps } from './notice-deps.ts'

/** A code that is used up by somebody else is noticed like this alone. */
export async function tellRecoveryCodeUsed(
  tx: Transaction,
  deps: { readonly urls: IssuerUrls; readonly sealer: Sealer },
  request: Pick<FastifyRequest, 'ip' | 'headers'>,
  accountId: string,
): Promise<void> {
  await leaveNotice(tx, noticeDeps(deps), { accountId, notice: 'recovery_code_used', ...describeDoer(request) })
}
