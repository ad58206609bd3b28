import type { Clock } from '../../platform/clock/clock.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { generateSigningKey, type KeyDraft } from './generate-signing-key.ts'
import { isNothingDue, type KeySchedule, planKeySchedule } from './plan-key-schedule.ts'
import type { SigningAlgorithm, SigningKey, SigningKeyState } from './signing-key.ts'
import { lockSchedule, selectSigningKeys, updateSigningKeyState } from './signing-key-store.ts'
import { storeDraft } from './store-draft.ts'

export interface KeyDeps {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
}

/**
 * Does what the schedule asks for at this moment. Any number of instances may call it at any time: the plan is made again
 * under a lock, so that together they make exactly one key.
 *
 * @param algorithms those that registered APIs sign with; a first key is made for each that has none.
 */
export async function advanceSigningKeys(deps: KeyDeps, algorithms: readonly SigningAlgorithm[]): Promise<void> {
  const due = planKeySchedule(await selectSigningKeys(deps.database.read), algorithms, deps.clock.now())
  if (isNothingDue(due)) return
  // Generated before the transaction, since an RSA key takes a while; a draft that turns out not to be needed is dropped.
  const drafts = await Promise.all(due.create.map(({ algorithm }) => generateSigningKey(algorithm)))
  await deps.database.write(async (tx) => {
    await lockSchedule(tx.sql, tx.now)
    const plan = planKeySchedule(await selectSigningKeys(tx.sql), algorithms, tx.now)
    await carryOut(tx, deps.sealer, plan, drafts)
  })
}

async function carryOut(
  tx: Transaction,
  sealer: Sealer,
  plan: KeySchedule,
  drafts: readonly KeyDraft[],
): Promise<void> {
  for (const { algorithm, state } of plan.create) {
    const draft = drafts.find((candidate) => candidate.algorithm === algorithm)
    if (draft) await storeDraft(tx, sealer, draft, state, 'system')
  }
  for (const key of plan.retiring) await moveKey(tx, key, 'retiring')
  for (const key of plan.activate) await moveKey(tx, key, 'active')
  for (const key of plan.retired) await moveKey(tx, key, 'retired')
}

async function moveKey(
  tx: Transaction,
  { kid, algorithm }: SigningKey,
  state: Exclude<SigningKeyState, 'pending'>,
): Promise<void> {
  await updateSigningKeyState(tx.sql, kid, state, tx.now)
  const act = state === 'active' ? 'signing_key.activated' : (`signing_key.${state}` as const)
  await recordAuditEvent(tx, { act, actor: 'system', outcome: 'done', detail: { kid, algorithm } })
}
