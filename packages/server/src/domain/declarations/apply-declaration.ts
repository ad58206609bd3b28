import type { Clock } from '../../platform/clock/clock.ts'
import { randomId } from '../../platform/random/random.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Declaration, MadeSecret, Plan, PlannedStep } from './declaration.ts'
import { deleteLease, prolongLease, takeLease } from './lease-store.ts'
import type { ApplyDeps } from './plan-apis.ts'
import { planDeclaration } from './plan-declaration.ts'

/** Longer than any step takes; whoever is killed holds others up for no longer. */
const LEASE_MS = 60_000

export interface Application extends ApplyDeps {
  readonly clock: Clock
  readonly declaration: Declaration
  readonly prunes: boolean
  /** Shown the plan; says whether it is carried out. Nobody else applies anything meanwhile. */
  readonly agrees: (plan: Plan) => Promise<boolean>
}

export type Applied =
  | { readonly ok: true; readonly done: readonly PlannedStep[]; readonly secrets: readonly MadeSecret[] }
  /** What was done before stays: the same again goes on. */
  | {
      readonly ok: false
      readonly reason: 'step_refused'
      readonly sentence: string
      readonly done: readonly PlannedStep[]
      readonly secrets: readonly MadeSecret[]
    }
  | { readonly ok: false; readonly reason: 'lease_taken' }
  | { readonly ok: false; readonly reason: 'declined' }
  | { readonly ok: false; readonly reason: 'invalid'; readonly faults: readonly string[] }

/** Plans and, when that is agreed to, takes step after step. Each is an act of its own, with its audit event; broken off, the same again does the rest. */
export async function applyDeclaration(application: Application): Promise<Applied> {
  const { database } = application
  const holder = randomId()
  const now = application.clock.now()
  const isTaken = await database.write((tx) => takeLease(tx.sql, { holder, endsAt: now + LEASE_MS }, now))
  if (!isTaken) return { ok: false, reason: 'lease_taken' }
  try {
    const plan = await planDeclaration(application, application.declaration, application.prunes)
    if (plan.faults.length > 0) return { ok: false, reason: 'invalid', faults: plan.faults }
    if (!(await application.agrees(plan))) return { ok: false, reason: 'declined' }
    return await takeSteps(application, plan, holder)
  } finally {
    await database.write((tx) => deleteLease(tx.sql, holder))
  }
}

async function takeSteps(application: Application, plan: Plan, holder: string): Promise<Applied> {
  const done: PlannedStep[] = []
  const secrets: MadeSecret[] = []
  for (const { planned, run } of plan.steps) {
    // Whoever thought over the question for long may have lost it to somebody else, who has changed what was planned on.
    if (!(await prolong(application, holder))) return loseLease(done, secrets)
    const outcome = await run()
    if (!outcome.ok) return { ok: false, reason: 'step_refused', sentence: outcome.sentence, done, secrets }
    done.push(planned)
    if (outcome.secret !== undefined) secrets.push({ kind: planned.kind, id: planned.id, secret: outcome.secret })
  }
  const count = (action: PlannedStep['action']) => done.filter((step) => step.action === action).length
  const detail = { created: count('create'), changed: count('change'), deleted: count('delete') }
  if (done.length > 0)
    await application.database.write((tx) =>
      recordAuditEvent(tx, { act: 'configuration.applied', actor: application.actor, outcome: 'done', detail }),
    )
  return { ok: true, done, secrets }
}

/** A secret that was made is shown now or never. */
function loseLease(done: readonly PlannedStep[], secrets: readonly MadeSecret[]): Applied {
  if (done.length === 0) return { ok: false, reason: 'lease_taken' }
  return { ok: false, reason: 'step_refused', sentence: 'Somebody else has begun to apply a file.', done, secrets }
}

function prolong({ database, clock }: Application, holder: string): Promise<boolean> {
  return database.write((tx) => prolongLease(tx.sql, { holder, endsAt: clock.now() + LEASE_MS }))
}
