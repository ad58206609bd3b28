import type { TObject } from 'typebox'
import { adminPermissionNames, adminPermissions } from '../../../domain/apis/admin-api.ts'
import type { IssuerUrls } from '../../issuer-urls.ts'
import { problemCodes } from '../../problem-codes.ts'
import type { AdminRoute } from '../admin-route.ts'
import { type AdminResource, adminResources } from '../admin-routes.ts'
import { type JsonSchema, nameSchemas } from './name-schemas.ts'
import { commonProblems, problemSchema } from './problem-schema.ts'

const VERSION = '1'

/** The Admin API as an OpenAPI document. @see OpenAPI Specification 3.1 */
export function renderOpenApi(urls: IssuerUrls, resources: readonly AdminResource[] = adminResources): object {
  const routes = resources.flatMap((resource) => resource.routes)
  const schemas = routes.flatMap(({ answer }) => (answer.schema ? [answer.schema] : []))
  const named = nameSchemas([...schemas, problemSchema], (name) => `#/components/schemas/${name}`)
  const paths = Map.groupBy(routes, ({ path }) => path)
  const tagOf = new Map(resources.flatMap(({ title, routes: own }) => own.map((route) => [route, title] as const)))
  const render = (route: AdminRoute) => renderOperation(route, tagOf.get(route) ?? '', named.refer)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ostiary Admin API',
      version: VERSION,
      summary: 'Accounts, sessions, clients, roles and whatever else an operator looks at and changes.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: urls.adminUrl }],
    tags: resources.map(({ title: name, purpose: description }) => ({ name, description })),
    paths: Object.fromEntries(
      [...paths].map(([path, own]) => [
        path,
        Object.fromEntries(own.map((route) => [route.method.toLowerCase(), render(route)])),
      ]),
    ),
    components: { schemas: named.components, securitySchemes: { oauth2: renderSecurity(urls) } },
  }
}

function renderSecurity({ authorizationUrl, tokenUrl }: IssuerUrls): object {
  const scopes = Object.fromEntries(adminPermissionNames.map((name) => [name, adminPermissions[name]]))
  return {
    type: 'oauth2',
    description:
      'An access token for the audience urn:ostiary:admin: of a person, by their permissions, or of a program, by its scopes.',
    flows: {
      authorizationCode: { authorizationUrl, tokenUrl, refreshUrl: tokenUrl, scopes },
      clientCredentials: { tokenUrl, scopes },
    },
  }
}

function renderOperation(route: AdminRoute, tag: string, refer: (schema: TObject) => JsonSchema): object {
  const { name, summary, description, permission, body, answer } = route
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: [{ oauth2: [permission] }],
    parameters: [
      ...renderParameters(route.params, 'path', refer),
      ...renderParameters(route.query, 'query', refer),
      ...renderHeaders(route),
    ],
    ...(body && {
      requestBody: {
        required: (body.required?.length ?? 0) > 0 || route.method === 'PATCH',
        content: { 'application/json': { schema: refer(body) } },
      },
    }),
    responses: {
      [answer.status]: renderSuccess(route, refer),
      ...renderProblems(route),
    },
  }
}

function renderParameters(
  { properties, required }: TObject,
  place: 'path' | 'query',
  refer: (schema: TObject) => JsonSchema,
): object[] {
  const isRequired = (name: string) => ((required ?? []) as readonly string[]).includes(name)
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = refer(schema as TObject) as Record<string, unknown>
    return { name, in: place, required: isRequired(name), ...(description ? { description } : {}), schema: rest }
  })
}

function renderHeaders({ match, isIdempotent }: AdminRoute): object[] {
  const header = (name: string, required: boolean, description: string): object[] => [
    { name, in: 'header', required, description, schema: { type: 'string' } },
  ]
  return [
    ...(match ? header('If-Match', match === 'required', 'The ETag that was read: RFC 9110 §13.1.1.') : []),
    ...(isIdempotent
      ? header(
          'Idempotency-Key',
          false,
          'Sent again within 24 hours, the request gets the same answer and does nothing.',
        )
      : []),
  ]
}

function renderSuccess({ answer }: AdminRoute, refer: (schema: TObject) => JsonSchema): object {
  const headers = { ...(answer.isTagged && { ETag: { schema: { type: 'string' } } }) }
  return {
    description: answer.status === 201 ? 'Made.' : 'Done.',
    ...(answer.isTagged && { headers }),
    ...(answer.schema && { content: { 'application/json': { schema: refer(answer.schema as TObject) } } }),
  }
}

/** By status, with the codes that stand behind it. */
function renderProblems(route: AdminRoute): Record<string, object> {
  const codes = [...commonProblems(route), ...(route.problems ?? [])]
  const byStatus = Map.groupBy(new Set(codes), (code) => String(problemCodes[code]?.[0]))
  return Object.fromEntries(
    [...byStatus].sort().map(([status, own]) => [
      status,
      {
        description: own.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}
