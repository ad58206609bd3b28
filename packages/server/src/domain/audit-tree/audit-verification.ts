import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { NoteVerifier } from '../../platform/signed-note/signed-note.ts'
import { type HeldCheckpoint, type VerifiedAuditLog, verifyAuditLog } from './verify-audit-log.ts'

export interface VerificationState {
  readonly state: 'none' | 'running' | 'done' | 'failed'
  readonly startedAt?: EpochMilliseconds
  readonly endedAt?: EpochMilliseconds
  /** How many events were read, and of how many. */
  readonly done: number
  readonly of: number
  readonly verified?: VerifiedAuditLog
}

export interface AuditVerificationDeps {
  readonly database: Database
  readonly clock: Clock
  readonly auditSigner: NoteVerifier
  readonly log: { error(details: object, message: string): void }
  /** Ends it, once the process stops. */
  readonly stopping: AbortSignal
  /** What others remember by now. */
  readonly listHeld: () => Promise<readonly HeldCheckpoint[]>
}

/** Verifies the whole log in the background of this process, one verification at a time. */
export class AuditVerification {
  readonly #deps: AuditVerificationDeps
  #state: VerificationState = { state: 'none', done: 0, of: 0 }

  constructor(deps: AuditVerificationDeps) {
    this.#deps = deps
  }

  state(): VerificationState {
    return this.#state
  }

  /** Nothing, while one runs. */
  begin(): void {
    if (this.#state.state === 'running') return
    const startedAt = this.#deps.clock.now()
    this.#state = { state: 'running', startedAt, done: 0, of: 0 }
    this.#run(startedAt).catch((error) => {
      if (!this.#deps.stopping.aborted) this.#deps.log.error({ error }, 'the audit log could not be verified')
      this.#state = { ...this.#state, state: 'failed', endedAt: this.#deps.clock.now() }
    })
  }

  async #run(startedAt: EpochMilliseconds): Promise<void> {
    const { database, auditSigner: verifier, listHeld, clock } = this.#deps
    const held = await listHeld()
    const progress = (done: number, of: number) => {
      this.#deps.stopping.throwIfAborted()
      this.#state = { state: 'running', startedAt, done, of }
    }
    const verified = await database.snapshot((sql) => verifyAuditLog({ sql, verifier, held, progress }))
    const { size } = verified
    this.#state = { state: 'done', startedAt, endedAt: clock.now(), done: size, of: size, verified }
  }
}
