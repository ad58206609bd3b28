export type { AccessTokenClaims, ActorClaim, EpochMilliseconds, EpochSeconds } from './claims/access-token-claims.ts'
export type { SchemaIssue, SchemaResult, StandardSchemaV1 } from './claims/standard-schema.ts'
export { createGuard } from './create-guard.ts'
export { type ApiDeclaration, type DefinedApi, defineApi } from './define-api.ts'
export type {
  AnonymousReason,
  AuditMemory,
  Auth,
  CacheState,
  FeedState,
  Guard,
  GuardRequest,
  GuardState,
  KeysState,
  OptionalPolicy,
  Outcome,
  Refusal,
  Rule,
  TokenLocation,
} from './guard.ts'
export { GuardConfigurationError } from './guard-configuration-error.ts'
export type { CheckName, FailedCheck, GuardEvent } from './guard-event.ts'
export type { FeedOptions, GuardOptions, RefusalShape, TokenLocations } from './guard-options.ts'
export type { Algorithm } from './jws/algorithm.ts'
export type { JsonWebKey, JsonWebKeySet } from './keys/json-web-key.ts'
export type { ProofRequirement } from './proof-requirement.ts'
export type { RefusalCode } from './request/refusal-answers.ts'
export { TokenError } from './token-error.ts'
