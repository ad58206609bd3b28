import { adminPermissionNames, adminPermissions } from '../../packages/server/src/domain/apis/admin-api.ts'
import type { AdminRoute } from '../../packages/server/src/endpoints/admin/admin-route.ts'
import { adminResources, adminRoutes } from '../../packages/server/src/endpoints/admin/admin-routes.ts'
import {
  type DescribedMember,
  describeMembers,
  describeType,
} from '../../packages/server/src/endpoints/admin/reference/describe-type.ts'
import { type JsonSchema, nameSchemas } from '../../packages/server/src/endpoints/admin/reference/name-schemas.ts'
import { commonProblems } from '../../packages/server/src/endpoints/admin/reference/problem-schema.ts'
import { problemCodes } from '../../packages/server/src/endpoints/problem-codes.ts'

const schemas = adminRoutes.flatMap(({ answer }) => (answer.schema ? [answer.schema] : []))
const named = nameSchemas(schemas, (name) => name)

/** The reference of the Admin API, from its routes. */
export function renderAdminApiReference(): string {
  return `# The Admin API

Below \`<issuer>/admin/api/v1\`. What it is and how to call it: [guide](../guide/admin-api.md). The same for programs:
\`/admin/api/v1/openapi.json\` of any server (OpenAPI 3.1), and as a page \`/admin/api/v1/docs\`.

## Permissions

A person needs the permission, by a role, and a token with the scope of the same name; a program needs the scope. The role \`admin\` permits all.

| permission | what it lets do |
|---|---|
${adminPermissionNames.map((name) => `| \`${name}\` | ${adminPermissions[name]} |`).join('\n')}

${adminResources.map(({ title, purpose, routes }) => `## ${title}\n\n${purpose}\n\n${routes.map(renderRoute).join('\n')}`).join('\n')}
## Objects

${Object.entries(named.components).map(renderObject).join('\n')}`
}

function renderRoute(route: AdminRoute): string {
  const { method, path, summary, description, permission, body, answer, match, isIdempotent } = route
  const problems = [...new Set([...commonProblems(route), ...(route.problems ?? [])])]
  const shown = answer.schema && describeType(named.refer(answer.schema))
  const facts = [
    `Needs \`${permission}\`.`,
    ...(match === 'required' ? ['Needs `If-Match`.'] : match === 'taken' ? ['Takes `If-Match`.'] : []),
    ...(isIdempotent ? ['Takes `Idempotency-Key`.'] : []),
    `Answers ${answer.status}${shown === undefined ? '' : `: [${shown}](#${shown.toLowerCase()})`}.`,
  ]
  return `### ${summary}

\`${method} ${path}\`

${description === undefined ? '' : `${description}\n\n`}${facts.join(' ')}
${renderTable('address', named.refer(route.params))}${renderTable('query', named.refer(route.query))}${body ? renderTable('body', named.refer(body)) : ''}
Problems: ${problems.map((code) => `\`${code}\` (${problemCodes[code]?.[0]})`).join(', ')}.
`
}

function renderTable(place: string, schema: JsonSchema): string {
  const members = describeMembers(schema)
  if (members.length === 0) return ''
  return `\n| ${place} | is | meaning |\n|---|---|---|\n${members.map(renderRow).join('\n')}\n`
}

function renderRow({ name, type, isRequired, description }: DescribedMember): string {
  return `| \`${name}\` | ${type}${isRequired ? '' : ', optional'} | ${description} |`
}

function renderObject([name, schema]: [string, JsonSchema]): string {
  const rows = describeMembers(schema).map(renderRow)
  return `### ${name}\n\n| member | is | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}
