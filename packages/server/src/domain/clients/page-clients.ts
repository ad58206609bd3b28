import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { type ClientSecretState, selectClient, selectClientPage } from './client-store.ts'
import { CONSOLE_CLIENT_ID } from './console-client.ts'

/** A client with what may be told of its secret. */
export interface RegisteredClient {
  readonly client: Client
  readonly secret: ClientSecretState
}

/** Who made a client: an operator, this server, a document on the web, or itself. */
export const clientOrigins = ['operator', 'built_in', 'document', 'registration'] as const
export type ClientOrigin = (typeof clientOrigins)[number]

/** Which clients, and which page of them. */
export interface ClientSearch {
  /** What the name or the id begins with. */
  readonly prefix?: string | undefined
  readonly type?: Client['type'] | undefined
  readonly origin?: ClientOrigin | undefined
  /** The last one of the page before. */
  readonly after?: { readonly createdAt: EpochMilliseconds; readonly id: string } | undefined
  readonly most: number
}

/** Clients, the latest first. */
export async function pageClients(sql: Queries, search: ClientSearch): Promise<readonly RegisteredClient[]> {
  return selectClientPage(sql, search, CONSOLE_CLIENT_ID)
}

/** The client of this id, with what may be told of its secret; absent when there is none. */
export async function findRegisteredClient(sql: Queries, id: string): Promise<RegisteredClient | undefined> {
  return selectClient(sql, id)
}
