import type { FastifyRequest } from 'fastify'
import { leaveNotice } from '../../domain/mails/leave-notice.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { describeDoer } from '../describe-doer.ts'
import { noticeDeps } from '../notice-deps.ts'
import type { FederationDeps } from './federation-deps.ts'

/** Tells a person by mail that there is one more way into their account. */
export async function tellOfIdentity(
  tx: Transaction,
  deps: Pick<FederationDeps, 'urls' | 'sealer'>,
  request: FastifyRequest,
  accountId: string,
): Promise<void> {
  await leaveNotice(tx, noticeDeps(deps), { accountId, notice: 'provider_connected', ...describeDoer(request) })
}
