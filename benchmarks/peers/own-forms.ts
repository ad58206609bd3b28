import { createHash, randomBytes } from 'node:crypto'
import { type Installation, renderLogin } from '../server/start-ostiary.ts'
import { type LoadKind, makeMany, type PeerMessage, type PeerReply, peerRedirectUri, renderForm } from './peer.ts'
import { postPatiently } from './post-patiently.ts'

interface Client {
  readonly client_id: string
  readonly client_secret: string
}

/** Makes the forms that `ostiary serve` is asked with: by the command line and the endpoints that an app uses. */
export async function openOwnForms(installation: Installation): Promise<(message: PeerMessage) => Promise<PeerReply>> {
  const { url, audience, run } = installation
  const create = (...args: string[]) =>
    JSON.parse(run(['client', 'create', '--name', 'Bench', '--json', ...args])) as Client
  const machine = toCredentials(
    create('--type', 'confidential', '--grant', 'client_credentials', '--scope', 'orders:read', 'orders:write'),
  )
  const api = toCredentials(create('--type', 'confidential', '--scope', `introspect:${audience}`))
  const app = create('--type', 'public', '--redirect-uri', peerRedirectUri, '--first-party')
  const cookie = await signIn(installation)
  const credentials = renderForm({ grant_type: 'client_credentials', ...machine })
  const makers: Readonly<Record<LoadKind, () => Promise<string>>> = {
    async refresh_token() {
      const { refresh_token: token = '' } = await postPatiently(
        `${url}/login`,
        renderLogin(installation, 0),
        'application/json',
      )
      return renderForm({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: token })
    },
    client_credentials: async () => credentials,
    authorization_code: () => renderCode(installation, app.client_id, cookie),
    async introspection() {
      const { access_token: token = '' } = await postPatiently(`${url}/token`, credentials)
      return renderForm({ token, ...api })
    },
  }
  return async ({ kind, count }) => ({
    url: `${url}/${kind === 'introspection' ? 'introspect' : 'token'}`,
    forms: await makeMany(count, makers[kind]),
  })
}

function toCredentials({ client_id, client_secret }: Client): Readonly<Record<string, string>> {
  return { client_id, client_secret }
}

/** As a browser does; gives its cookie. */
async function signIn({ url, logins }: Installation): Promise<string> {
  const [login] = logins
  const headers = { accept: 'text/html', origin: url, 'sec-fetch-site': 'same-origin' }
  const answered = await fetch(`${url}/login`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ ...login }),
    redirect: 'manual',
  })
  const [cookie] = answered.headers.getSetCookie()
  if (cookie === undefined) throw new Error(`ostiary answers a sign-in ${answered.status}: ${await answered.text()}`)
  return cookie.split(';')[0] ?? ''
}

/** A code, in the form that redeems it. */
async function renderCode({ url }: Installation, clientId: string, cookie: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: peerRedirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const answered = await fetch(`${url}/authorize?${query}`, {
    headers: { accept: 'text/html', cookie },
    redirect: 'manual',
  })
  const location = answered.headers.get('location') ?? ''
  const code = new URL(location, url).searchParams.get('code')
  if (code === null) throw new Error(`ostiary gives no code: ${answered.status}, ${location}`)
  return renderForm({
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: peerRedirectUri,
    code_verifier: verifier,
  })
}
