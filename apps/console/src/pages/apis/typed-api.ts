import type { Api } from '../../api/admin-api.ts'

/** An API as its form has it: texts. */
export interface TypedApi {
  readonly name: string
  readonly lifetimeSeconds: string
  readonly scopes: string
  readonly permissions: string
  readonly factor: string
  /** What permissions need, which the form does not show. */
  readonly scopeOf: Readonly<Record<string, string>>
}

export function typedOf(api: Api): TypedApi {
  const { name, lifetime_seconds, scopes, scope_descriptions, permissions, required_factor } = api
  return {
    name,
    lifetimeSeconds: String(lifetime_seconds),
    scopes: scopes.map((scope) => joinLine(scope, scope_descriptions[scope])).join('\n'),
    permissions: permissions.map((one) => joinLine(one.name, one.description ?? undefined)).join('\n'),
    factor: required_factor ?? '',
    scopeOf: Object.fromEntries(permissions.flatMap(({ name: own, scope }) => (scope === null ? [] : [[own, scope]]))),
  }
}

/** As the API takes it. */
export function describeApi({ name, lifetimeSeconds, scopes, permissions, factor, scopeOf }: TypedApi): object {
  const described = splitLines(scopes)
  return {
    name,
    lifetime_seconds: Number(lifetimeSeconds),
    scopes: described.map(([scope]) => scope),
    scope_descriptions: Object.fromEntries(described.filter(([, words]) => words !== undefined)),
    permissions: splitLines(permissions).map(([own, description]) => ({
      ...{ name: own, description: description ?? null, scope: scopeOf[own] ?? null },
    })),
    required_factor: factor === '' ? null : factor,
  }
}

function joinLine(name: string, words: string | undefined): string {
  return words === undefined ? name : `${name}=${words}`
}

function splitLines(text: string): readonly (readonly [name: string, words: string | undefined])[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.map((line) => {
    const at = line.indexOf('=')
    return at < 0 ? [line, undefined] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
  })
}
