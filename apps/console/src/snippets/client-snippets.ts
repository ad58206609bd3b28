import { quote, quoteForShell, type Snippet } from './snippet.ts'

/** What the code is for: a client of this installation, at an API. */
export interface SnippetClient {
  readonly issuer: string
  readonly clientId: string
  readonly type: 'public' | 'confidential'
  readonly grants: readonly string[]
  readonly redirectUris: readonly string[]
  /** Absent: there is no API yet. */
  readonly audience: string | undefined
}

/** How the client gets tokens, by what it is registered for. */
export function clientSnippets(client: SnippetClient): readonly Snippet[] {
  const isForPeople = client.grants.includes('authorization_code')
  const isForItself = client.grants.includes('client_credentials')
  return [
    ...(isForItself ? [curlForItself(client), nodeForItself(client)] : []),
    ...(isForPeople ? [openidClient(client), settings(client)] : []),
    ...(!isForPeople && client.type === 'public' ? [ownLogin(client), curlForPerson(client)] : []),
  ]
}

function curlForItself({ issuer, clientId, audience }: SnippetClient): Snippet {
  const data = ['grant_type=client_credentials', ...(audience === undefined ? [] : [`resource=${audience}`])]
  return {
    name: 'curl',
    file: 'a shell',
    text: `curl -s ${quoteForShell(`${issuer}/token`)} \\
  -u ${quoteForShell(`${clientId}:`)}"$CLIENT_SECRET" \\
${data.map((pair) => `  --data-urlencode ${quoteForShell(pair)}`).join(' \\\n')}
`,
  }
}

function nodeForItself({ issuer, clientId, audience }: SnippetClient): Snippet {
  const resource = audience === undefined ? '' : `\n    resource: ${quote(audience)},`
  return {
    name: 'Node.js',
    file: 'token.mjs',
    text: `const response = await fetch(${quote(`${issuer}/token`)}, {
  method: 'POST',
  headers: { authorization: \`Basic \${btoa(\`${clientId}:\${process.env.CLIENT_SECRET}\`)}\` },
  body: new URLSearchParams({
    grant_type: 'client_credentials',${resource}
  }),
})
const { access_token } = await response.json()
console.log(access_token)
`,
  }
}

function openidClient({ issuer, clientId, type, redirectUris, audience }: SnippetClient): Snippet {
  // Only a loopback issuer is without TLS, while somebody develops.
  const insecure = issuer.startsWith('http:') ? ['undefined', '{ execute: [client.allowInsecureRequests] }'] : []
  const secret = type === 'confidential' ? 'process.env.CLIENT_SECRET' : 'undefined'
  const told = [`new URL(${quote(issuer)})`, quote(clientId), secret, ...insecure]
  const resource = audience === undefined ? '' : `\n  resource: ${quote(audience)},`
  return {
    name: 'openid-client',
    file: 'login.mjs',
    install: 'npm install openid-client',
    text: `import * as client from 'openid-client'

const config = await client.discovery(
${told.map((argument) => `  ${argument},`).join('\n')}
)
const codeVerifier = client.randomPKCECodeVerifier()
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: ${quote(redirectUris[0] ?? '')},
  scope: 'openid',${resource}
  code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
  code_challenge_method: 'S256',
})
console.log('Open', url.href)

// Where the person comes back: keep codeVerifier in their session until then.
export async function finish(callbackUrl) {
  return client.authorizationCodeGrant(config, callbackUrl, { pkceCodeVerifier: codeVerifier })
}
`,
  }
}

/** What every library for OpenID Connect asks for, whatever it calls them. */
function settings({ issuer, clientId, type, redirectUris, audience }: SnippetClient): Snippet {
  const lines = [
    ['Issuer', issuer],
    ['Discovery', `${issuer}/.well-known/openid-configuration`],
    ['Client id', clientId],
    ['Client secret', type === 'confidential' ? 'shown once, when it was made' : 'none: it is a public client'],
    ['Flow', 'authorization code with PKCE (S256)'],
    ...redirectUris.map((uri) => ['Redirect URI', uri]),
    ...(audience === undefined ? [] : [['Resource', audience]]),
  ]
  const width = Math.max(...lines.map(([name = '']) => name.length)) + 2
  return {
    name: 'Any OIDC library',
    file: 'its settings',
    text: `${lines.map(([name = '', value]) => `${name.padEnd(width)}${value}`).join('\n')}\n`,
  }
}

function ownLogin({ issuer, clientId, audience }: SnippetClient): Snippet {
  const api = audience === undefined ? '' : `\n  audience: ${quote(audience)},`
  return {
    name: '@ostiary/client',
    file: 'login.mjs',
    install: 'npm install @ostiary/client',
    text: `import { createClient } from '@ostiary/client'

const client = createClient({
  issuer: ${quote(issuer)},
  clientId: ${quote(clientId)},${api}
  storage: 'memory',
})
await client.logIn({ username: process.env.LOGIN_NAME, password: process.env.LOGIN_PASSWORD })
console.log(await client.token())
client.close()
`,
  }
}

function curlForPerson({ issuer, clientId, audience }: SnippetClient): Snippet {
  const data = [`client_id=${clientId}`, ...(audience === undefined ? [] : [`audience=${audience}`])]
  return {
    name: 'curl',
    file: 'a shell',
    text: `curl -s ${quoteForShell(`${issuer}/login`)} \\
  --data-urlencode "username=$LOGIN_NAME" --data-urlencode "password=$LOGIN_PASSWORD" \\
${data.map((pair) => `  --data-urlencode ${quoteForShell(pair)}`).join(' \\\n')}
`,
  }
}
