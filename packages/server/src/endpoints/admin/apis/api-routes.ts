import type { Api } from '../../../domain/apis/api.ts'
import type { ApiChange, ChangedApi } from '../../../domain/apis/change-api.ts'
import { type CreatedApi, createApi } from '../../../domain/apis/create-api.ts'
import { findApi, listApis } from '../../../domain/apis/list-apis.ts'
import { parseApi } from '../../../domain/apis/parse-api.ts'
import { advanceKeysInUse } from '../../../domain/clients/advance-keys-in-use.ts'
import { updateApi } from '../../../domain/revocation-acts/change-roles.ts'
import { type DeletedApi, deleteApi } from '../../../domain/revocation-acts/delete-api.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, pageOf, paging, text, waiting } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { confirm, readWait } from '../confirm.ts'
import { deletionSchema } from '../deletion-schema.ts'
import { requireMatch } from '../entity-tag.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { refuseUnready } from '../refuse-unready.ts'
import { unknownResource } from '../unknown-resource.ts'
import { type ApiBody, apiChangeSchema, apiSchema, createdApiSchema, newApiSchema, renderApi } from './api-schema.ts'

const params = closed({ audience: text('The API’s audience, percent-encoded.', { longest: 2048 }) })

const listApisRoute = adminRoute({
  name: 'listApis',
  method: 'GET',
  path: '/apis',
  permission: 'apis:read',
  summary: 'List APIs, by audience',
  query: closed(paging),
  answer: { status: 200, schema: pageOf(apiSchema, 'ApiPage') },
  async act({ deps, query: { cursor, limit = DEFAULT_LIMIT } }) {
    const [after = ''] = readCursor(cursor, ['string'] as const) ?? []
    // They are few: whoever issues a token reads all of them.
    const all = await listApis(deps.database.read)
    const found = all
      .filter(({ audience }) => audience > after)
      .sort((one, other) => (one.audience < other.audience ? -1 : 1))
    return { body: toPage(found, { limit, keyOf: ({ audience }) => [audience], render: renderApi }) }
  },
})

const getApi = adminRoute({
  name: 'getApi',
  method: 'GET',
  path: '/apis/{audience}',
  permission: 'apis:read',
  summary: 'Read an API',
  params,
  answer: { status: 200, schema: apiSchema, isTagged: true },
  async act({ deps, params: { audience } }) {
    const api = await findApi(deps.database.read, audience)
    if (!api) throw unknownResource('API')
    return { body: renderApi(api) }
  },
})

const createApiRoute = adminRoute({
  name: 'createApi',
  method: 'POST',
  path: '/apis',
  permission: 'apis:write',
  summary: 'Register an API',
  description: 'For HS256 the secret that the API and this server share is shown this once.',
  body: newApiSchema,
  answer: { status: 201, schema: createdApiSchema },
  isIdempotent: true,
  problems: ['audience_taken', 'audience_ending'],
  act: (call) =>
    answerOnce(call, 201, async () => {
      const { caller, deps } = call
      const body = call.body as ApiBody
      const { audience = '', required_factor, algorithm, lifetime_seconds: lifetimeSeconds, scopes } = body
      const texts = { ...toTexts(body), requiredFactor: required_factor ?? undefined }
      const parsed = parseApi({ audience, name: body.name, scopes, lifetimeSeconds, algorithm, ...texts })
      if (!parsed.ok) throw invalid(parsed.sentence)
      await advanceKeysInUse(deps, [parsed.api.algorithm])
      return async (tx) => {
        const created = await createApi(tx, deps.sealer, parsed.api, caller.actor)
        if (!created.ok) throw refuse(created)
        const { api, secret } = created
        const location = `${deps.urls.adminPath}/apis/${encodeURIComponent(api.audience)}`
        return { body: renderApi(api), location, ...(secret !== undefined && { once: { secret } }) }
      }
    }),
})

const updateApiRoute = adminRoute({
  name: 'updateApi',
  method: 'PATCH',
  path: '/apis/{audience}',
  permission: 'apis:write',
  summary: 'Change an API',
  description:
    'Lists and maps replace those before. A permission that is taken is taken from every role, and bites within a second. Another algorithm needs a key that everybody’s copy of the JWKS holds: the first call publishes it, and is refused until then.',
  params,
  body: apiChangeSchema,
  answer: { status: 200, schema: apiSchema, isTagged: true },
  match: 'required',
  problems: ['not_found', 'built_in', 'key_not_everywhere'],
  async act(call) {
    const { deps, caller, params } = call
    const body = call.body as ApiBody
    const { algorithm } = body
    if (algorithm !== undefined && algorithm !== 'HS256') await advanceKeysInUse(deps, [algorithm])
    const check = (before: Api) => {
      requireMatch(call, renderApi(before))
      const missing = before.scopes.find((scope) => body.scopes?.includes(scope) === false)
      if (missing !== undefined)
        throw invalid(
          `"scopes" lacks ${missing}: a scope is never taken away, since sessions that have it could not be refreshed any more.`,
        )
    }
    const changed = await updateApi(deps.database, toChange(params.audience, body), caller.actor, check)
    if (!changed.ok) throw refuse(changed, algorithm)
    return { body: renderApi(changed.api) }
  },
})

const deleteApiRoute = adminRoute({
  name: 'deleteApi',
  method: 'DELETE',
  path: '/apis/{audience}',
  permission: 'apis:write',
  summary: 'Delete an API for good',
  description:
    'Nobody gets a token for it any more; its sessions end and its API keys are revoked, so that their tokens are refused within a second. Tokens that clients got for themselves run out. Its audience is free again about a minute and a half later.',
  params,
  query: closed(waiting),
  answer: { status: 200, schema: deletionSchema },
  match: 'taken',
  problems: ['not_found', 'built_in'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller, params } = call
    const check = (before: Api) => requireMatch(call, renderApi(before))
    const deleted = await deleteApi(deps.database, params.audience, caller.actor, check)
    if (!deleted.ok) throw refuse(deleted)
    const { sessions, apiKeys } = deleted.cleared
    const confirmation = await confirm(call, deleted.sequence)
    return { body: { ended_sessions: sessions, revoked_api_keys: apiKeys, confirmation } }
  },
})

/** The domain takes words as a command line gives them: `orders:read=See your orders`. */
function toTexts({
  scope_descriptions = {},
  permissions = [],
}: ApiBody): Pick<ApiChange, 'scopeDescriptions' | 'permissions' | 'permissionScopes'> {
  return {
    scopeDescriptions: Object.entries(scope_descriptions).map(([scope, words]) => `${scope}=${words}`),
    permissions: permissions.map((one) => (one.description === null ? one.name : `${one.name}=${one.description}`)),
    permissionScopes: permissions.map((one) => `${one.name}=${one.scope ?? ''}`),
  }
}

function toChange(audience: string, body: ApiBody): ApiChange {
  const { required_factor } = body
  return {
    ...{ audience, name: body.name, addScopes: body.scopes, ...toTexts(body) },
    saysAll: {
      permissions: body.permissions !== undefined,
      scopeDescriptions: body.scope_descriptions !== undefined,
    },
    ...{ lifetimeSeconds: body.lifetime_seconds, algorithm: body.algorithm },
    requiredFactor: required_factor === null ? 'none' : required_factor,
  }
}

type RefusedApi = Extract<CreatedApi | ChangedApi | DeletedApi, { ok: false }>

function refuse(refused: RefusedApi, algorithm = ''): Problem {
  switch (refused.reason) {
    case 'unknown_audience':
      return unknownResource('API')
    case 'invalid':
      return invalid(refused.sentence)
    case 'key_not_everywhere':
      return refuseUnready(refused, algorithm)
    default:
      return new Problem({ status: 409, ...conflicts[refused.reason] })
  }
}

const conflicts = {
  audience_taken: { code: 'audience_taken', detail: 'An API with that audience is registered already.' },
  audience_ending: {
    code: 'audience_ending',
    detail:
      'An API with that audience was deleted a moment ago: what it left is still going. Try again in two minutes.',
  },
  built_in_api: { code: 'built_in', detail: 'That API is this server’s own: it stays as it is.' },
}

function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}

export const apiRoutes: readonly AdminRoute[] = [listApisRoute, createApiRoute, getApi, updateApiRoute, deleteApiRoute]
