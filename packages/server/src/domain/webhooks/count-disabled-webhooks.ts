import type { Queries } from '../../platform/database/database.ts'
import { selectWebhooks } from './webhook-store.ts'

/** How many webhooks were disabled because they could not be reached, or wanted no more: an operator has to look. */
export async function countDisabledWebhooks(sql: Queries): Promise<number> {
  const webhooks = await selectWebhooks(sql)
  return webhooks.filter(({ disabled }) => disabled !== undefined && disabled.because !== 'operator').length
}
