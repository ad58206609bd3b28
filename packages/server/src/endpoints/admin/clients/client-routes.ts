import { Type } from 'typebox'
import { advanceKeysInUse } from '../../../domain/clients/advance-keys-in-use.ts'
import { changeClient } from '../../../domain/clients/change-client.ts'
import type { Client } from '../../../domain/clients/client.ts'
import { createClient } from '../../../domain/clients/create-client.ts'
import { clientOrigins, findRegisteredClient, pageClients } from '../../../domain/clients/page-clients.ts'
import { type ClientInput, parseClient } from '../../../domain/clients/parse-client.ts'
import { deleteClient } from '../../../domain/revocation-acts/delete-client.ts'
import { revoke } from '../../../domain/revocation-acts/revoke.ts'
import type { Queries } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, pageOf, paging, text, waiting } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { confirm, readWait } from '../confirm.ts'
import { deletionSchema } from '../deletion-schema.ts'
import { requireMatch } from '../entity-tag.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { unknownResource } from '../unknown-resource.ts'
import { clientParams } from './client-params.ts'
import {
  type ClientBody,
  clientChangeSchema,
  clientSchema,
  createdClientSchema,
  newClientSchema,
  renderClient,
} from './client-schema.ts'
import { clientSecretRoutes } from './client-secret-routes.ts'
import { parseClientBody } from './parse-client-body.ts'
import { refuseClient } from './refuse-client.ts'
import { requireOwnScopes } from './require-own-scopes.ts'

const listClients = adminRoute({
  name: 'listClients',
  method: 'GET',
  path: '/clients',
  permission: 'clients:read',
  summary: 'List and search clients, the latest first',
  query: closed({
    q: Type.Optional(text('What the name or the id begins with, as it is written.')),
    type: Type.Optional(Type.Enum(['public', 'confidential'], { description: 'Of this type.' })),
    origin: Type.Optional(Type.Enum([...clientOrigins], { description: 'Made by these.' })),
    ...paging,
  }),
  answer: { status: 200, schema: pageOf(clientSchema, 'ClientPage') },
  async act({ deps, query: { q: prefix, type, origin, cursor, limit = DEFAULT_LIMIT } }) {
    const key = readCursor(cursor, ['number', 'string'] as const)
    const after = key && { createdAt: key[0], id: key[1] }
    const found = await pageClients(deps.database.read, { prefix, type, origin, after, most: limit + 1 })
    const keyOf = ({ client }: (typeof found)[number]) => [client.createdAt, client.id]
    return { body: toPage(found, { limit, keyOf, render: renderClient }) }
  },
})

const getClient = adminRoute({
  name: 'getClient',
  method: 'GET',
  path: '/clients/{client_id}',
  permission: 'clients:read',
  summary: 'Read a client',
  params: clientParams,
  answer: { status: 200, schema: clientSchema, isTagged: true },
  async act({ deps, params: { client_id } }) {
    return { body: await showClient(deps.database.read, client_id) }
  },
})

const createClientRoute = adminRoute({
  name: 'createClient',
  method: 'POST',
  path: '/clients',
  permission: 'clients:write',
  summary: 'Register a client',
  description:
    'A confidential one without keys gets a secret, which is shown this once. A scope of the Admin API is given by who holds the permission of that name; `revocations:write` by who holds all, since a client that has it takes any role and replaces keys at `POST /revocations`.',
  body: newClientSchema,
  answer: { status: 201, schema: createdClientSchema },
  isIdempotent: true,
  problems: ['privilege_exceeded'],
  act: (call) =>
    answerOnce(call, 201, async () => {
      const { caller, body, deps } = call
      const parsed = parseClient(toInput(body as ClientBody))
      if (!parsed.ok) throw new Problem({ status: 400, code: 'invalid_parameter', detail: parsed.sentence })
      const description = parsed.client
      requireOwnScopes(caller, description.scopes)
      await advanceKeysInUse(deps, algorithmsOf(description))
      return async (tx) => {
        const { client, secret } = await createClient(tx, description, caller.actor)
        const body = await showClient(tx.sql, client.id)
        const location = `${deps.urls.adminPath}/clients/${client.id}`
        return { body, location, ...(secret !== undefined && { once: { client_secret: secret } }) }
      }
    }),
})

const updateClient = adminRoute({
  name: 'updateClient',
  method: 'PATCH',
  path: '/clients/{client_id}',
  permission: 'clients:write',
  summary: 'Change a client',
  description:
    'A list replaces the one before; null takes away what was said. Scopes and grants that are taken bite at each session’s next refresh. The type stays. A client that has scopes of the Admin API is changed by who holds the permissions of these names.',
  params: clientParams,
  body: clientChangeSchema,
  answer: { status: 200, schema: clientSchema, isTagged: true },
  match: 'required',
  problems: ['not_found', 'privilege_exceeded', 'built_in', 'described_by_document', 'key_not_everywhere'],
  async act(call) {
    const { deps, caller, params, body } = call
    const change = parseClientBody(body as ClientBody)
    requireOwnScopes(caller, change.scopes ?? [])
    const { idTokenAlgorithm, userinfoAlgorithm } = change
    await advanceKeysInUse(
      deps,
      [idTokenAlgorithm, userinfoAlgorithm].filter((one) => typeof one === 'string'),
    )
    const shown = await deps.database.write(async (tx) => {
      const check = async ({ scopes }: Client) => {
        requireMatch(call, await showClient(tx.sql, params.client_id))
        requireOwnScopes(caller, scopes)
      }
      const changed = await changeClient(tx, params.client_id, change, caller.actor, check)
      if (!changed.ok) throw refuseClient(changed)
      return showClient(tx.sql, params.client_id)
    })
    return { body: shown }
  },
})

const deleteClientRoute = adminRoute({
  name: 'deleteClient',
  method: 'DELETE',
  path: '/clients/{client_id}',
  permission: 'clients:write',
  summary: 'Delete a client for good',
  description:
    'Every guard refuses its tokens within a second; its sessions end, its API keys are revoked, what people allowed it is forgotten. A client that a document describes comes back when somebody uses it again.',
  params: clientParams,
  query: closed(waiting),
  answer: { status: 200, schema: deletionSchema },
  match: 'taken',
  problems: ['not_found', 'built_in'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller, params } = call
    const check = async (sql: Queries) => requireMatch(call, await showClient(sql, params.client_id))
    const deleted = await deleteClient(deps.database, params.client_id, caller.actor, check)
    if (!deleted.ok) throw refuseClient(deleted)
    const { sessions, apiKeys } = deleted.cleared
    const confirmation = await confirm(call, deleted.sequence)
    return { body: { ended_sessions: sessions, revoked_api_keys: apiKeys, confirmation } }
  },
})

const revokeClient = adminRoute({
  name: 'revokeClient',
  method: 'POST',
  path: '/clients/{client_id}/revoke',
  permission: 'revocations:write',
  summary: 'Revoke everything of a client until now',
  description: 'Its sessions end and every guard refuses its tokens; the client itself stays.',
  params: clientParams,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['not_found'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller, params } = call
    const outcome = await revoke(deps, { kind: 'client', id: params.client_id }, caller.actor)
    if (!outcome.ok) throw unknownResource('client')
    return { body: await confirm(call, outcome.sequence) }
  },
})

/** @throws Problem 404 `not_found` */
async function showClient(sql: Queries, id: string): Promise<object> {
  const found = await findRegisteredClient(sql, id)
  if (!found) throw unknownResource('client')
  return renderClient(found)
}

function toInput(body: ClientBody): ClientInput {
  const { name = '', type = '' } = body
  const said = Object.entries(parseClientBody(body)).filter(([, value]) => value !== null && value !== undefined)
  return { ...Object.fromEntries(said), name, type }
}

function algorithmsOf({
  idTokenAlgorithm,
  userinfoAlgorithm,
}: Pick<Client, 'idTokenAlgorithm' | 'userinfoAlgorithm'>): readonly string[] {
  return [idTokenAlgorithm, ...(userinfoAlgorithm ? [userinfoAlgorithm] : [])]
}

export const clientRoutes: readonly AdminRoute[] = [
  listClients,
  createClientRoute,
  getClient,
  updateClient,
  deleteClientRoute,
  ...clientSecretRoutes,
  revokeClient,
]
