import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { ClientKeys } from '../clients/client.ts'

/** Somebody whose signed word is taken for clients, such as a cluster or a CI service. */
export interface TrustedIssuer {
  /** Exactly its `iss`. */
  readonly issuer: string
  readonly keys: ClientKeys
  readonly createdAt: EpochMilliseconds
}

/** A subject of a trusted issuer, and the client that it stands for. */
export interface TrustedSubject {
  readonly issuer: string
  /** Exactly its `sub`. */
  readonly subject: string
  readonly clientId: string
}
