import {
  Client as ClientOfVersion2,
  StreamableHTTPClientTransport as TransportOfVersion2,
} from '@modelcontextprotocol/client'
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientOfVersion1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportOfVersion1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'

/** The generations of the MCP SDK: `@modelcontextprotocol/sdk`, and `@modelcontextprotocol/client` after it. */
export type Generation = 'version 1' | 'version 2'

/** A client of the SDK at an MCP server. */
export interface McpApp {
  connect(): Promise<void>
  /** Calls a tool of the test server, and gives what it says of its caller. */
  call(tool: string): Promise<unknown>
  /** Takes what the authorization server told the app's callback. */
  finish(answer: URLSearchParams): Promise<void>
  close(): Promise<void>
}

/** What an app keeps between its visits, in either generation: who it is here, and the tokens it got. */
export class AppStorage implements OAuthClientProvider {
  readonly redirectUrl: string
  readonly clientMetadata: OAuthClientProvider['clientMetadata']
  readonly clientMetadataUrl?: string
  /** What it is here; undefined until it has registered itself. */
  client: OAuthClientInformationMixed | undefined
  /** Where the SDK sent the person last. */
  sentTo: URL | undefined
  #discovered: OAuthDiscoveryState | undefined
  #tokens: OAuthTokens | undefined
  #verifier = ''

  constructor({ redirectUrl, grants, client, documentUrl }: AppOptions) {
    this.redirectUrl = redirectUrl
    this.client = client
    this.clientMetadata = {
      client_name: 'Notes app',
      redirect_uris: [redirectUrl],
      grant_types: [...grants],
      token_endpoint_auth_method: 'none',
    }
    if (documentUrl !== undefined) this.clientMetadataUrl = documentUrl
  }

  clientInformation = (): OAuthClientInformationMixed | undefined => this.client
  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.client = client
  }
  discoveryState = (): OAuthDiscoveryState | undefined => this.#discovered
  saveDiscoveryState(discovered: OAuthDiscoveryState): void {
    this.#discovered = discovered
  }
  tokens = (): OAuthTokens | undefined => this.#tokens
  codeVerifier = (): string => this.#verifier
  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo = url
  }
  invalidateCredentials(): void {
    this.#tokens = undefined
  }
}

interface AppOptions {
  readonly redirectUrl: string
  readonly grants: readonly string[]
  /** Known beforehand; else the SDK registers it, or takes its document. */
  readonly client: OAuthClientInformationMixed | undefined
  readonly documentUrl: string | undefined
}

export function openMcpApp(
  generation: Generation,
  url: string,
  storage: AppStorage,
  fetch: typeof globalThis.fetch,
): McpApp {
  const open = generation === 'version 1' ? openVersion1 : openVersion2
  return open(new URL(url), storage, fetch)
}

function openVersion1(url: URL, authProvider: AppStorage, fetch: typeof globalThis.fetch): McpApp {
  const client = new ClientOfVersion1({ name: 'notes-app', version: '1.0.0' })
  const transport = new TransportOfVersion1(url, { authProvider, fetch })
  return {
    // The SDK's types are not made for exactOptionalPropertyTypes.
    connect: () => client.connect(transport as Transport),
    call: async (name) => readResult(await client.callTool({ name })),
    finish: (answer) => transport.finishAuth(answer.get('code') ?? ''),
    close: () => client.close(),
  }
}

function openVersion2(url: URL, authProvider: AppStorage, fetch: typeof globalThis.fetch): McpApp {
  const client = new ClientOfVersion2({ name: 'notes-app', version: '1.0.0' })
  const transport = new TransportOfVersion2(url, { authProvider, fetch })
  return {
    connect: () => client.connect(transport),
    call: async (name) => readResult(await client.callTool({ name })),
    finish: (answer) => transport.finishAuth(answer),
    close: () => client.close(),
  }
}

function readResult(result: object): unknown {
  const { content } = result as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '')
}
