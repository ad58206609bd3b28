import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Api } from '../apis/api.ts'
import { isBuiltInApi } from '../apis/built-in-api.ts'
import { createApi } from '../apis/create-api.ts'
import { type ApiDescription, parseApi } from '../apis/parse-api.ts'
import type { Actor } from '../audit/audit-event.ts'
import { updateApi } from '../revocation-acts/change-roles.ts'
import { deleteApi } from '../revocation-acts/delete-api.ts'
import { compareMembers } from './compare-members.ts'
import type { DeclaredApi, RunnableStep, StepOutcome } from './declaration.ts'

export interface ApplyDeps {
  readonly database: Database
  readonly sealer: Sealer
  readonly actor: Actor
  /** Has the keys made that these algorithms need, before anything is signed by them. */
  readonly prepareKeys: (algorithms: readonly string[]) => Promise<void>
}

export interface PlannedApi {
  readonly description?: ApiDescription
  readonly step?: RunnableStep
  readonly fault?: string
}

/** What would be done to have one API as it is declared. */
export function planApi(
  deps: ApplyDeps,
  audience: string,
  declared: DeclaredApi,
  current: Api | undefined,
): PlannedApi {
  if (isBuiltInApi(audience)) return { fault: `The API ${audience} is built in.` }
  const parsed = parseApi({ audience, ...toTexts(declared) })
  if (!parsed.ok) return { fault: `The API ${audience}: ${parsed.sentence}` }
  const { api: description } = parsed
  if (!current)
    return {
      description,
      step: {
        planned: { kind: 'api', id: audience, action: 'create', changes: compareMembers({}, description) },
        run: () => createDeclared(deps, description),
      },
    }
  const lost = current.scopes.filter((scope) => !description.scopes.includes(scope))
  if (lost.length > 0)
    return {
      fault: `The API ${audience} has the scopes ${lost.join(', ')}, which the file does not say: a scope is never taken away, since sessions that have it could not be refreshed any more.`,
    }
  const changes = compareMembers(current, description)
  if (changes.length === 0) return { description }
  const planned = { kind: 'api', id: audience, action: 'change', changes } as const
  return { description, step: { planned, run: () => changeDeclared(deps, { audience, declared, description }) } }
}

export function planApiDeletion({ database, actor }: ApplyDeps, { audience }: Api): RunnableStep {
  return {
    planned: { kind: 'api', id: audience, action: 'delete', changes: [] },
    async run() {
      const deleted = await deleteApi(database, audience, actor)
      return deleted.ok
        ? { ok: true }
        : { ok: false, sentence: `The API ${audience}: ${describeReason(deleted.reason)}` }
    },
  }
}

async function createDeclared(
  { database, sealer, actor, prepareKeys }: ApplyDeps,
  api: ApiDescription,
): Promise<StepOutcome> {
  const created = await database.write((tx) => createApi(tx, sealer, api, actor))
  if (!created.ok) return { ok: false, sentence: `The API ${api.audience}: ${describeReason(created.reason)}` }
  await prepareKeys([])
  return { ok: true, secret: created.secret }
}

async function changeDeclared(
  { database, actor, prepareKeys }: ApplyDeps,
  { audience, declared, description }: { audience: string; declared: DeclaredApi; description: ApiDescription },
): Promise<StepOutcome> {
  const { scopes: addScopes, ...texts } = toTexts(declared)
  const { name, lifetimeSeconds, algorithm } = description
  await prepareKeys([algorithm])
  const change = {
    ...{ ...texts, audience, name, lifetimeSeconds, algorithm, addScopes },
    saysAll: { permissions: true, scopeDescriptions: true },
    requiredFactor: declared.requiredFactor ?? 'none',
  }
  const changed = await updateApi(database, change, actor)
  if (changed.ok) return { ok: true }
  const why = changed.reason === 'invalid' ? changed.sentence : describeReason(changed.reason)
  return { ok: false, sentence: `The API ${audience}: ${why}` }
}

/** What an act refuses for, where it has no sentence of its own. */
export function describeReason(reason: string): string {
  if (reason === 'key_not_everywhere')
    return 'the key of its new algorithm is published, and not everybody has read it yet. Apply again in a few minutes.'
  if (reason.endsWith('_ending'))
    return 'one of that name was deleted a moment ago, and what it left is still going. Apply again in two minutes.'
  return `${reason.replaceAll('_', ' ')}.`
}

function toTexts({ scopeDescriptions = {}, permissions = {}, ...others }: DeclaredApi) {
  const declared = Object.entries(permissions)
  return {
    ...others,
    scopeDescriptions: Object.entries(scopeDescriptions).map(([scope, words]) => `${scope}=${words}`),
    permissions: declared.map(([name, { description }]) =>
      description === undefined ? name : `${name}=${description}`,
    ),
    permissionScopes: declared.flatMap(([name, { scope }]) => (scope === undefined ? [] : [`${name}=${scope}`])),
  }
}
