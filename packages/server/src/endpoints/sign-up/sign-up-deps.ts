import type { EmailFlowDeps } from '../email-flow-deps.ts'

export interface SignUpDeps extends EmailFlowDeps {
  /** Whether anybody may ask for the mail. Otherwise only who was invited opens an account. */
  readonly isOpen: boolean
}
