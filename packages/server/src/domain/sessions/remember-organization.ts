import type { Transaction } from '../../platform/database/database.ts'
import type { Session } from './session.ts'
import { updateOrganization } from './session-store.ts'

/** Has a browser's session remember the organization that was chosen last: who is asked again is asked less often. */
export async function rememberOrganization(tx: Transaction, { id }: Session, organizationId: string): Promise<void> {
  await updateOrganization(tx.sql, id, organizationId)
}
