import { applyOptionRules, type OptionRule, refuseOption } from '../apply-option-rules.ts'
import type { AccessTokenClaims } from '../claims/access-token-claims.ts'
import { createGuard } from '../create-guard.ts'
import type { GuardRequest, Outcome, Rule } from '../guard.ts'
import { isSecureUrl } from '../is-secure-url.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import { isJsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { listNeeds, parseRule } from '../request/parse-rule.ts'
import { parseWords } from '../request/rule-checks.ts'
import { createMetadataAnswer, respondToFetch, respondToNode } from './answer-metadata.ts'
import { extendChallenge } from './extend-challenge.ts'
import { locateMetadata } from './locate-metadata.ts'
import type { McpGuard, McpGuardOptions, McpServerName, MessageRule, ResourceMetadata } from './mcp-guard.ts'
import { toAuthInfo } from './to-auth-info.ts'
import { parseToolRules } from './tool-rules.ts'

export type { McpGuard, McpGuardOptions, McpServerName, MessageRule, ResourceMetadata } from './mcp-guard.ts'
export type { AuthInfo } from './to-auth-info.ts'

const mcpOptionRules: Readonly<Record<string, OptionRule>> = {
  scope: (value) => typeof value === 'string' || Array.isArray(value),
  tools: (value) => isJsonObject(value),
  scopesSupported: (value) => Array.isArray(value) && value.length > 0,
  resourceName: 'string',
  api: (value) => isJsonObject(value),
}

/**
 * Makes a guard for an MCP server: it says in its metadata who issues its tokens, and its challenges lead clients there.
 *
 * Any API can use it that wants to be found by RFC 9728.
 *
 * @throws GuardConfigurationError when an option is wrong.
 * @see RFC 9728, and the authorization of MCP
 * @example
 * const guard = createMcpGuard({ issuer: 'https://login.example.com', audience: 'https://mcp.example.com/mcp' })
 */
export function createMcpGuard<
  Claims extends AccessTokenClaims = AccessTokenClaims,
  Scope extends string = string,
  Permission extends string = string,
  Role extends string = string,
>(
  options: McpGuardOptions<Claims, NoInfer<Scope>, NoInfer<Permission>, NoInfer<Role>> &
    McpServerName<Scope, Permission, Role>,
): McpGuard<Claims, Rule<Scope, Permission, Role>> {
  const { scope, tools, scopesSupported, resourceName, api, ...guardOptions } = options
  const ofMcp = { scope, tools, scopesSupported, resourceName, api }
  applyOptionRules(ofMcp, mcpOptionRules, [])
  const { audience = '' } = api ?? options
  validateResource(audience)
  // MCP, "Token Requirements": clients must use the header.
  if (options.locations?.header === false)
    refuseOption('locations must leave the header: MCP clients know no other place')
  const toolRules = parseToolRules({ ...(scope !== undefined && { scope }), ...(tools && { tools }) })
  const metadata = renderMetadata(options, audience, scopesSupported ?? toolRules.scopes)
  const location = locateMetadata(audience)
  const answer = createMetadataAnswer(metadata, location)
  const guard = createGuard<Claims>({ ...guardOptions, audience })
  return {
    ...guard,
    check(request: GuardRequest, rule: Rule = toolRules.base) {
      const outcome = guard.check(request, rule)
      const extend = (settled: Outcome<Claims>) => extendOutcome(settled, location.url, rule)
      return 'then' in outcome ? outcome.then(extend) : extend(outcome)
    },
    metadata,
    metadataUrl: location.url,
    answerMetadata: (request) => respondToFetch(answer, request),
    serveMetadata: (req, res, next) => (respondToNode(answer, req, res) ? undefined : next()),
    // It is made of the options' names alone.
    ruleFor: toolRules.ruleFor as (message: unknown) => MessageRule<Scope, Permission, Role>,
    toAuthInfo: (auth) => toAuthInfo(auth, audience),
  }
}

/** RFC 9728 §1.2: an https URL without fragment; a query would make one resource of many addresses. */
function validateResource(audience: string): void {
  if (isSecureUrl(audience)) return
  refuseOption(
    `audience must be the URL of this MCP server, https (http on loopback) without query, not ${quote(audience)}`,
  )
}

function renderMetadata(
  { issuer, resourceName, dpop }: Pick<McpGuardOptions, 'issuer' | 'resourceName' | 'dpop'>,
  audience: string,
  scopes: readonly string[],
): ResourceMetadata {
  // RFC 9728 §3.2: members with no values are left out.
  return {
    resource: audience,
    authorization_servers: [issuer],
    ...(scopes.length > 0 && { scopes_supported: parseWords(scopes) }),
    bearer_methods_supported: ['header'],
    ...(dpop !== undefined && { dpop_signing_alg_values_supported: asymmetricAlgorithms }),
    ...(resourceName !== undefined && { resource_name: resourceName }),
  }
}

function extendOutcome<Claims>(outcome: Outcome<Claims>, metadataUrl: string, rule: Rule): Outcome<Claims> {
  if (outcome.kind !== 'refused') return outcome
  return {
    ...outcome,
    refusal: extendChallenge(outcome.refusal, metadataUrl, listNeeds(parseRule(rule), 'insufficient_scope').scope),
  }
}
