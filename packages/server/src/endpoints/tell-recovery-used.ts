import type { FastifyRequest } from 'fastify'
import { leaveNotice } from '../domain/mails/leave-notice.ts'
import { parseNetwork } from '../domain/throttle/parse-network.ts'
import type { Transaction } from '../platform/database/database.ts'
import { chooseLanguage } from '../platform/html/choose-language.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** A code that is used up by somebody else is noticed like this alone. */
export async function tellRecoveryUsed(
  tx: Transaction,
  { urls, sealer }: { readonly urls: IssuerUrls; readonly sealer: Sealer },
  { ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>,
  accountId: string,
): Promise<void> {
  const from = { network: parseNetwork(ip), userAgent: headers['user-agent'] }
  const notice = { accountId, notice: 'recovery_used', language: chooseLanguage(headers['accept-language']) } as const
  await leaveNotice(tx, { sealer, lockUrl: urls.accountLockUrl }, { ...notice, ...from })
}
