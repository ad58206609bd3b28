import './look/look.ts'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/admin-queries.ts'
import { App } from './app.tsx'
import { consoleUrl } from './issuer-place.ts'
import { Session } from './sign-in/session.ts'

declare global {
  /** Where the library that keeps the page still behind a dialog looks for the nonce of its style. */
  var __webpack_nonce__: string | undefined
}

const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? ''
globalThis.__webpack_nonce__ = styleNonce

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
const session = new Session()
createRoot(root).render(<App session={session} queries={createQueryClient()} styleNonce={styleNonce} />)
void session.start((path) => history.replaceState(null, '', new URL(`.${path}`, consoleUrl)))
