import type { Session } from '../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
import type { Html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** Whom `/account/security` is shown to. */
export interface SecurityVisit {
  readonly sql: Queries
  readonly urls: IssuerUrls
  /** The one that the request came in. */
  readonly session: Session
  readonly now: EpochMilliseconds
  readonly language: Language
}

/** What a section shows, to people and to programs. */
export interface ShownSection {
  /** The member of the JSON of `/account/security` that it is. */
  readonly name: string
  readonly json: unknown
  /** An `h2` and what stands under it. */
  readonly html: Html
}

/** One section of `/account/security`: loads what is the visitor's, and renders it. Nothing where there is nothing to show. */
export type SecuritySection = (visit: SecurityVisit) => Promise<ShownSection | undefined>
