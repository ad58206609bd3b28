import type { Log } from '../platform/log/create-log.ts'
import type { VerifyHuman } from './email-flow-deps.ts'

const PATIENCE_MS = 5000

/**
 * Asks an address of the installation's own whether a person sends a form: `POST` of `{act, address, form}`, answered by 200 and `{"human": true}`.
 * Whatever else comes, or nothing in time, is a no: what cannot be asked lets nobody past.
 */
export function verifyHumanByUrl(url: string, log: Log): VerifyHuman {
  return async (form, { act, address }) => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ act, address, form }),
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      const said = (await answer.json()) as { readonly human?: unknown } | null
      return answer.status === 200 && said?.human === true
    } catch (error) {
      log.warn({ error, act }, 'OSTIARY_VERIFY_HUMAN_URL gives no answer that can be read: nobody gets past it')
      return false
    }
  }
}
