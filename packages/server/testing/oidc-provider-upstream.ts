import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { upstreamClient } from './scripted-upstream.ts'

/** Starts oidc-provider on loopback, with its own pages for login and consent, where any name and password will do. */
export async function startOidcProvider(
  redirectUri: (issuer: string) => string,
): Promise<AsyncDisposable & { readonly issuer: string }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: upstreamClient.clientId,
        client_secret: 'secret',
        redirect_uris: [redirectUri(issuer)],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: sub, email: `${sub}@example.com`, email_verified: true }),
    }),
  })
  server.on('request', provider.callback())
  return {
    issuer,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
