import { isJsonObject } from '../jws/parse-json-object.ts'
import { parseRule } from '../request/parse-rule.ts'
import type { McpGuardOptions, MessageRule } from './mcp-guard.ts'

/** What messages need, by the tools that they call. */
export interface ToolRules {
  /** For messages that call no tool with scopes of its own. */
  readonly base: MessageRule
  /** All scopes there are, each once. */
  readonly scopes: readonly string[]
  ruleFor(message: unknown): MessageRule
}

/** Reads which scopes messages need. @throws GuardConfigurationError for a scope that isn't one. */
export function parseToolRules({ scope, tools = {} }: Pick<McpGuardOptions, 'scope' | 'tools'>): ToolRules {
  const ofAll = scope === undefined ? [] : listScopes(scope)
  const ofTools = new Map(Object.entries(tools).map(([tool, scope]) => [tool, listScopes(scope)]))
  const base = createRule(ofAll)
  // Made once: a guard remembers what it has read of a rule by the rule itself.
  const rules = new Map([...ofTools].map(([tool, scopes]) => [tool, createRule([...ofAll, ...scopes])]))
  const scopes = [...new Set([...ofAll, ...[...ofTools.values()].flat()])]
  const everything = createRule(scopes)
  return {
    base,
    scopes,
    ruleFor(message) {
      if (message === undefined) return everything
      const [tool, ...others] = listCalledTools(message).filter((called) => ofTools.has(called))
      if (tool === undefined) return base
      if (others.length === 0) return rules.get(tool) ?? base
      return createRule([...ofAll, ...[tool, ...others].flatMap((called) => ofTools.get(called) ?? [])])
    },
  }
}

function listScopes(scope: string | readonly string[]): readonly string[] {
  return parseRule({ scope }).allOf
}

function createRule(scopes: readonly string[]): MessageRule {
  return scopes.length === 0 ? {} : { scope: [...new Set(scopes)] }
}

/** MCP, "Tools": `{ method: 'tools/call', params: { name } }`. Older versions of it allow several messages in a list. */
function listCalledTools(message: unknown): readonly string[] {
  const messages: readonly unknown[] = Array.isArray(message) ? message : [message]
  return messages.flatMap((one) => {
    if (!isJsonObject(one) || one.method !== 'tools/call' || !isJsonObject(one.params)) return []
    return typeof one.params.name === 'string' ? [one.params.name] : []
  })
}
