import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { AdminPermission } from './admin-permissions.ts'
import type { Person, Session, SessionState } from './session.ts'

const SessionContext = createContext<Session | undefined>(undefined)

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('there is no SessionProvider')
  return session
}

export function useSessionState(): SessionState {
  const session = useSession()
  return useSyncExternalStore(session.watch, () => session.state)
}

/** Who is signed in; undefined on pages that need nobody. */
function usePerson(): Person | undefined {
  const state = useSessionState()
  return state.status === 'signed-in' ? state.person : undefined
}

/** Whether the person may do something, as of their last token: to show what is of use to them. The API decides. */
export function useMay(permission: AdminPermission): boolean {
  return usePerson()?.permissions.has(permission) ?? false
}
