import type { IssuerUrls } from './issuer-urls.ts'
import { withReturnTo } from './with-return-to.ts'

/**
 * Where a login that a mail has proved goes on. By the code it does where it began; by the link it may be another device's browser, which what
 * waits (an app's request, for example) doesn't belong to: the person is told, and decides.
 */
export function returnAfterMail(
  urls: IssuerUrls,
  by: 'link' | 'code',
  returnTo: string | undefined,
): string | undefined {
  if (by === 'code' || returnTo === undefined) return returnTo
  return withReturnTo(urls.loginContinuePath, returnTo)
}
