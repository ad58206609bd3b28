import { GuardConfigurationError } from '../guard-configuration-error.ts'
import { isJsonObject } from '../jws/parse-json-object.ts'
import { parseWords } from '../request/rule-checks.ts'
import type { McpGuardOptions, MessageRule } from './mcp-guard.ts'

/** What messages need, by the tools that they call. */
export interface ToolRules {
  /** For messages that call no tool with needs of its own. */
  readonly base: MessageRule
  /** All scopes there are, each once. */
  readonly scopes: readonly string[]
  ruleFor(message: unknown): MessageRule
}

/** Reads what messages need. @throws GuardConfigurationError for a name that isn't one. */
export function parseToolRules({ scope, tools = {} }: Pick<McpGuardOptions, 'scope' | 'tools'>): ToolRules {
  const ofAll = mergeRules([scope === undefined ? {} : { scope }])
  const ofTools = new Map(Object.entries(tools).map(([tool, needs]) => [tool, mergeRules([ofAll, readNeeds(needs)])]))
  // Made once: a guard remembers what it has read of a rule by the rule itself.
  const everything = mergeRules([ofAll, ...ofTools.values()])
  return {
    base: ofAll,
    scopes: parseWords(everything.scope),
    ruleFor(message) {
      const called = listCalledTools(message)
      if (called === undefined) return everything
      const [rule, ...others] = called.flatMap((name) => ofTools.get(name) ?? [])
      if (rule === undefined) return ofAll
      return others.length === 0 ? rule : mergeRules([rule, ...others])
    },
  }
}

function readNeeds(needs: string | readonly string[] | MessageRule): MessageRule {
  if (!isJsonObject(needs)) return { scope: needs as string | readonly string[] }
  const unknown = Object.keys(needs).find((member) => !members.includes(member as 'scope'))
  if (unknown !== undefined) throw new GuardConfigurationError(`${unknown} is nothing that a tool can need`)
  return needs
}

/** Rules of which one can ask for what several do. */
const members = ['scope', 'permission', 'role'] as const

/** One rule for all that several ask for. */
function mergeRules(rules: readonly MessageRule[]): MessageRule {
  const merged = members.map((member) => [member, rules.flatMap((rule) => parseWords(rule[member]))] as const)
  return Object.fromEntries(
    merged.filter(([, words]) => words.length > 0).map(([member, words]) => [member, [...new Set(words)]]),
  )
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
