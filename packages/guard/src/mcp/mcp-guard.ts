import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessTokenClaims } from '../claims/access-token-claims.ts'
import type { ApiDeclaration } from '../define-api.ts'
import type { Auth, Guard, Rule } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { AuthInfo } from './to-auth-info.ts'

/** A guard's options, and what an MCP server says of itself. */
export interface McpGuardOptions<
  Claims extends AccessTokenClaims = AccessTokenClaims,
  Scope extends string = string,
  Permission extends string = string,
  Role extends string = string,
> extends Omit<GuardOptions<Claims>, 'audience'> {
  /** Scopes that every message needs; a text may hold several, separated by spaces. Default: none. */
  readonly scope?: Scope | readonly Scope[]
  /**
   * What a call of a tool needs besides, by the tool's name: scopes, or scopes, permissions and roles. A tool that isn't listed needs no more
   * than `scope`.
   */
  readonly tools?: Readonly<Record<string, Scope | readonly Scope[] | MessageRule<Scope, Permission, Role>>>
  /** What the metadata says in `scopes_supported`. Default: those of `scope` and `tools`. */
  readonly scopesSupported?: readonly Scope[]
  /** What people shall call it: the metadata's `resource_name`. */
  readonly resourceName?: string
}

/**
 * The MCP server's URL as its clients know it, and the claim `aud`: https, or http on a loopback host, without query and fragment. It is registered
 * at the issuer letter by letter. Of a declared API, no rule takes other names than the declared ones.
 */
export type McpServerName<Scope extends string, Permission extends string, Role extends string> =
  | { readonly audience: string; readonly api?: undefined }
  | { readonly api: ApiDeclaration<Scope, Permission, Role>; readonly audience?: undefined }

/** The metadata of a protected resource. @see RFC 9728 §2 */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly string[]
  /** Where tokens that are bound to a key are taken. */
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly resource_name?: string
}

/** What a message needs. Nobody calls an MCP server anonymously, so it is never optional. */
export type MessageRule<
  Scope extends string = string,
  Permission extends string = string,
  Role extends string = string,
> = Pick<Rule<Scope, Permission, Role>, 'scope' | 'permission' | 'role'>

/** What an MCP server asks of each request. Every adapter's `tokenRequired` takes it; without a rule it asks for the option `scope`. */
export interface McpGuard<Claims = AccessTokenClaims, GuardRule extends Rule = Rule> extends Guard<Claims, GuardRule> {
  readonly metadata: ResourceMetadata
  /** Where clients look for the metadata, and what challenges name. @see RFC 9728 §3.1 */
  readonly metadataUrl: string
  /**
   * Answers a request for the metadata, at its address or at the origin's; undefined for every other request.
   *
   * @see RFC 9728 §3
   */
  answerMetadata(request: Request): Response | undefined
  /** Does the same through `node:http`, as Express calls it: a request for anything else goes on to `next`. */
  serveMetadata(req: IncomingMessage, res: ServerResponse, next: () => void): void
  /**
   * Says what a message needs: `scope`, and what the option `tools` names for the tools that it calls.
   *
   * @param message the parsed body of a POST: one JSON-RPC message or a list. Undefined, since nobody has parsed it, it may call
   * anything, and needs all that any tool does.
   */
  ruleFor(message: unknown): Pick<GuardRule, 'scope' | 'permission' | 'role'>
  /** Tells the SDK's transport and tools who calls. */
  toAuthInfo(auth: Auth<Claims>): AuthInfo<Claims>
}
