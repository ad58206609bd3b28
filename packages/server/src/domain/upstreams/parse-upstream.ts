import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import { type UpstreamPreset, type UpstreamPresetName, upstreamPresets } from './presets.ts'
import type { Upstream, UpstreamKind } from './upstream.ts'

export interface UpstreamInput {
  /** Default: the preset's name. */
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly preset?: UpstreamPresetName | undefined
  /** Only with a preset whose issuer has one. */
  readonly tenant?: string | undefined
  readonly issuer?: string | undefined
  /** Both only with the preset of Apple. */
  readonly teamId?: string | undefined
  readonly keyId?: string | undefined
  /** Whether the provider has given no secret. */
  readonly public?: boolean | undefined
  readonly clientId: string
  readonly scopes?: readonly string[] | undefined
  readonly opensAccounts?: boolean | undefined
}

/** An upstream as an operator describes it, checked. */
export type UpstreamDescription = Omit<Upstream, 'sealedSecret' | 'createdAt'>

export type ParsedUpstream =
  | { readonly ok: true; readonly upstream: UpstreamDescription }
  | { readonly ok: false; readonly sentence: string }

/** A tenant is its GUID: by another name the issuer of its tokens is another one, and `common` is every tenant there is. */
const TENANT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Apple gives teams and keys names of ten characters. */
const APPLE_ID = /^[A-Z\d]{10}$/
const DEFAULT_SCOPES = ['openid', 'profile', 'email']

/** Text as given on a command line → an upstream that can be registered, or a sentence that says what to change. */
export function parseUpstream(input: UpstreamInput): ParsedUpstream {
  const preset: UpstreamPreset | undefined = input.preset && upstreamPresets[input.preset]
  const { id = input.preset ?? '', clientId, scopes = preset?.scopes ?? DEFAULT_SCOPES } = input
  const kind = preset?.kind ?? 'oidc'
  const name = input.name ?? preset?.name ?? id
  const issuer = input.issuer ?? preset?.issuer.replace('{tenant}', input.tenant ?? '{tenant}') ?? ''
  const sentence =
    findFaultOfIssuer(input, preset, issuer) ??
    findFaultOfSecret(input, preset) ??
    findFaultOfNames({ id, name, clientId }) ??
    findFaultOfScopes(kind, scopes)
  if (sentence !== undefined) return { ok: false, sentence }
  const isEmailTrusted = preset?.isEmailTrusted ?? true
  const opensAccounts = input.opensAccounts ?? false
  const { teamId, keyId } = input
  const appleKey = teamId === undefined || keyId === undefined ? undefined : { teamId, keyId }
  return { ok: true, upstream: { id, name, issuer, kind, clientId, appleKey, scopes, isEmailTrusted, opensAccounts } }
}

function findFaultOfIssuer(input: UpstreamInput, preset: UpstreamPreset | undefined, issuer: string) {
  if (preset && !preset.isSelfHosted && input.issuer !== undefined)
    return 'A preset knows its issuer. Leave --issuer out, or --preset.'
  const wantsTenant = preset?.issuer.includes('{tenant}') ?? false
  if (wantsTenant !== (input.tenant !== undefined))
    return wantsTenant ? 'This preset needs --tenant, the GUID of the directory.' : 'There is no --tenant here.'
  if (input.tenant !== undefined && !TENANT.test(input.tenant))
    return 'The tenant must be the GUID of one directory, in small letters.'
  if (preset?.isSelfHosted && URL.canParse(issuer) && new URL(issuer).pathname !== '/')
    return 'The issuer of this preset must be without a path, such as https://git.example.com.'
  return isIssuer(issuer)
    ? undefined
    : 'The issuer must be an https URL without query, fragment or user name, such as https://accounts.example.com.'
}

function findFaultOfSecret(input: UpstreamInput, preset: UpstreamPreset | undefined): string | undefined {
  const { teamId, keyId } = input
  if (input.public && (preset?.hasAppleKey || preset?.kind === 'oauth2'))
    return 'This provider asks every client for its secret. Leave --public out.'
  if (!preset?.hasAppleKey)
    return teamId === undefined && keyId === undefined ? undefined : 'There is no --team-id and no --key-id here.'
  return [teamId, keyId].every((text) => text !== undefined && APPLE_ID.test(text))
    ? undefined
    : 'This preset needs --team-id and --key-id, each of ten capital letters and digits.'
}

function findFaultOfNames({ id, name, clientId }: { id: string; name: string; clientId: string }): string | undefined {
  if (!/^[a-z\d]([a-z\d-]{0,30}[a-z\d])?$/.test(id))
    return 'The id must be 1 to 32 small letters, digits and hyphens within, such as google.'
  if (!isDisplayName(name)) return DISPLAY_NAME_SENTENCE
  return /^[\x21-\x7e]{1,255}$/.test(clientId)
    ? undefined
    : 'The client id must be 1 to 255 visible ASCII characters, as the provider gave it.'
}

function findFaultOfScopes(kind: UpstreamKind, scopes: readonly string[]): string | undefined {
  if (!scopes.every(isScopeToken)) return SCOPE_TOKEN_SENTENCE
  // OpenID Connect Core §3.1.2.1: without it nothing is said of the person.
  return kind !== 'oidc' || scopes.includes('openid') ? undefined : 'The scope openid must be among the scopes.'
}

/** OpenID Connect Discovery §4.1; plain http only where nothing leaves the machine. */
function isIssuer(text: string): boolean {
  if (text.length > 512 || !URL.canParse(text)) return false
  const { protocol, hostname, href, username, password } = new URL(text)
  if (/[?#\s{}]/.test(text) || username !== '' || password !== '') return false
  if (href !== text && href !== `${text}/`) return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))
}
