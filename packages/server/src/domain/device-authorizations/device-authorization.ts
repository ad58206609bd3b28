import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** What a device asks for, checked: RFC 8628 §3.1. */
export interface DeviceRequest {
  readonly clientId: string
  /** The audience of the API, or the issuer itself where only the person's identity is asked for. */
  readonly audience: string
  /** As granted if the person agrees. */
  readonly scopes: readonly string[]
  /** Of the device, as `parseNetwork` gives it. */
  readonly network: string
  /** As the device said itself; never to be trusted. */
  readonly userAgent: string | undefined
}

/** Who allowed it, and when they had proved who they are. */
export interface DeviceGrant {
  readonly accountId: string
  readonly authenticatedAt: EpochMilliseconds
  /** The session of the browser that they decided in. */
  /** How, as far as this server saw it (RFC 8176). */
  readonly methods: readonly string[]
  readonly browserSessionId: string
}

export interface DeviceAuthorization extends DeviceRequest {
  readonly id: string
  readonly state: 'pending' | 'granted' | 'denied' | 'used'
  readonly expiresAt: EpochMilliseconds
  /** How long the device waits between two polls. */
  readonly intervalSeconds: number
  /** When it polled last; undefined: not yet. */
  readonly polledAt: EpochMilliseconds | undefined
  /** Undefined while it is pending. */
  readonly decidedAt: EpochMilliseconds | undefined
  /** Undefined unless it was granted. */
  readonly grant: DeviceGrant | undefined
}
