import type { ClientInput } from '../clients/parse-client.ts'

/** What an operator declares of an installation. Of a section that is absent nothing is said. */
export interface Declaration {
  /** By audience. */
  readonly apis?: Readonly<Record<string, DeclaredApi>> | undefined
  /** By name. */
  readonly roles?: Readonly<Record<string, DeclaredRole>> | undefined
  /** By client id. */
  readonly clients?: Readonly<Record<string, ClientInput>> | undefined
  /** By slug. */
  readonly organizations?: Readonly<Record<string, { readonly name: string }>> | undefined
}

export interface DeclaredApi {
  readonly name?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** Words for people, by scope. */
  readonly scopeDescriptions?: Readonly<Record<string, string>> | undefined
  readonly permissions?: Readonly<Record<string, DeclaredPermission>> | undefined
  readonly lifetimeSeconds?: number | undefined
  readonly algorithm?: string | undefined
  readonly requiredFactor?: string | undefined
}

export interface DeclaredPermission {
  readonly description?: string | undefined
  /** Which scope it needs; empty: none. Default: the one of its name, if there is one. */
  readonly scope?: string | undefined
}

export interface DeclaredRole {
  readonly description?: string | undefined
  readonly isForOrganizations?: boolean | undefined
  /** By audience. */
  readonly permissions?: Readonly<Record<string, readonly string[]>> | undefined
  readonly requiredFactor?: string | undefined
}

export type DeclaredKind = 'api' | 'role' | 'client' | 'organization'

export interface MemberChange {
  readonly member: string
  /** Undefined: there is none. */
  readonly before: unknown
  readonly after: unknown
}

/** What would be done with one thing. */
export interface PlannedStep {
  readonly kind: DeclaredKind
  readonly id: string
  readonly action: 'create' | 'change' | 'delete'
  readonly changes: readonly MemberChange[]
}

/** Made when the step was taken; shown this once. */
export interface MadeSecret {
  readonly kind: DeclaredKind
  readonly id: string
  readonly secret: string
}

/** What a step's act answered when it refused. */
export interface StepFault {
  readonly sentence: string
}

export type StepOutcome =
  | { readonly ok: true; readonly secret?: string | undefined }
  | ({ readonly ok: false } & StepFault)

/** A step, and how it is taken. */
export interface RunnableStep {
  readonly planned: PlannedStep
  readonly run: () => Promise<StepOutcome>
}

/** What would be done, or why the declaration can't be had. */
export interface Plan {
  readonly steps: readonly RunnableStep[]
  /** Sentences, each about one thing. */
  readonly faults: readonly string[]
}
