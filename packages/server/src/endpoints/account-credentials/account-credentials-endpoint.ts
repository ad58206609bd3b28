import type { HttpServer } from '../../platform/http/create-http-server.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { emailProofRoutes } from './email-proof-routes.ts'
import { emailRoutes } from './email-routes.ts'
import { passwordRoutes } from './password-routes.ts'
import { usernameRoutes } from './username-routes.ts'

/** Serves what a signed-in person changes of how they log in, and the link that proves an address. */
export function accountCredentialsEndpoint(server: HttpServer, deps: EmailFlowDeps): void {
  emailRoutes(server, deps)
  emailProofRoutes(server, deps)
  usernameRoutes(server, deps)
  passwordRoutes(server, deps)
}
