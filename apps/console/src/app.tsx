import { MantineProvider } from '@mantine/core'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useMemo } from 'react'
import { matchRoute, Route, Router, Switch, useLocation, useRouter } from 'wouter'
import { EmptyState } from './elements/empty-state.tsx'
import { PageFrame } from './elements/page-frame.tsx'
import { ToastsProvider } from './elements/toasts.tsx'
import { Waiting } from './elements/waiting.tsx'
import { consoleUrl } from './issuer-place.ts'
import { cssVariablesResolver, theme } from './look/theme.ts'
import { pages } from './pages.ts'
import { PageFault } from './shell/page-fault.tsx'
import { SessionEnded } from './shell/session-ended.tsx'
import { Shell } from './shell/shell.tsx'
import { SignInPage } from './shell/sign-in-page.tsx'
import type { Session } from './sign-in/session.ts'
import { SessionProvider, useSessionState } from './sign-in/session-context.tsx'

/** The console, from what all pages stand on down to the page that the address names. */
export function App({
  session,
  queries,
  styleNonce,
}: {
  readonly session: Session
  readonly queries: QueryClient
  readonly styleNonce: string
}) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      getStyleNonce={() => styleNonce}
    >
      <QueryClientProvider client={queries}>
        <SessionProvider session={session}>
          <ToastsProvider>
            <Router base={consoleUrl.pathname.replace(/\/$/, '')}>
              <Pages />
            </Router>
          </ToastsProvider>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}

/** Pages that need nobody are there in any case; for the others somebody must be signed in. */
function Pages() {
  const state = useSessionState()
  const [place] = useLocation()
  const { parser } = useRouter()
  const permissions = state.status === 'signed-in' ? state.person.permissions : nothing
  const entries = useMemo(
    () => pages.filter(({ permission }) => !permission || permissions.has(permission)),
    [permissions],
  )
  const isOpen = openScreens.some(({ pattern }) => matchRoute(parser, pattern, place)[0])
  if (state.status !== 'signed-in' && !isOpen) return <SignInPage state={state} />
  return (
    <Shell entries={entries}>
      <PageFault key={place}>
        <Suspense fallback={<Waiting />}>
          <Switch>
            {screens.map(({ pattern, page: Page }) => (
              <Route key={pattern} path={pattern}>
                {(params) => <Page {...params} />}
              </Route>
            ))}
            <Route>
              <NoPage />
            </Route>
          </Switch>
        </Suspense>
      </PageFault>
      <SessionEnded />
    </Shell>
  )
}

const nothing: ReadonlySet<string> = new Set()
const screens = pages.flatMap((entry) => entry.screens)
const openScreens = pages.filter(({ permission }) => permission === undefined).flatMap((entry) => entry.screens)

function NoPage() {
  return (
    <PageFrame title="No such page">
      <EmptyState title="There is nothing at this address">
        Choose a page of the menu, or press / and type its name.
      </EmptyState>
    </PageFrame>
  )
}
