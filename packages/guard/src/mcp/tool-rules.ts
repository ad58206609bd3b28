import { isJsonObject } from '../jws/parse-json-object.ts'
import { parseWords } from '../request/rule-checks.ts'
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
      const called = listCalledTools(message)
      if (called === undefined) return everything
      const [tool, ...others] = called.filter((name) => ofTools.has(name))
      if (tool === undefined) return base
      if (others.length === 0) return rules.get(tool) ?? base
      return createRule([...ofAll, ...[tool, ...others].flatMap((called) => ofTools.get(called) ?? [])])
    },
  }
}

function listScopes(scope: string | readonly string[]): readonly string[] {
  return parseWords(scope)
}

function createRule(scopes: readonly string[]): MessageRule {
  return scopes.length === 0 ? {} : { scope: [...new Set(scopes)] }
}

/**
 * MCP, "Tools": `{ method: 'tools/call', params: { name } }`. Older versions of it allow several messages in a list. Undefined for what is no
 * message, such as a body that nobody has parsed yet: whoever parses it later may find any call in it.
 */
function listCalledTools(message: unknown): readonly string[] | undefined {
  const messages: readonly unknown[] = Array.isArray(message) ? message : [message]
  const called: string[] = []
  for (const one of messages) {
    if (!isJsonObject(one)) return undefined
    const { method, params } = one
    // An answer to the server has no method.
    if (typeof method !== 'string' && !('result' in one || 'error' in one)) return undefined
    if (method !== 'tools/call') continue
    if (!isJsonObject(params) || typeof params.name !== 'string') return undefined
    called.push(params.name)
  }
  return messages.length === 0 ? undefined : called
}
