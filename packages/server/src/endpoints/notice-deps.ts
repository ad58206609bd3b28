import type { NoticeDeps } from '../domain/mails/leave-notice.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** What notices are left with. */
export function noticeDeps({ sealer, urls }: { readonly sealer: Sealer; readonly urls: IssuerUrls }): NoticeDeps {
  return { sealer, lockUrl: urls.accountLockUrl }
}
