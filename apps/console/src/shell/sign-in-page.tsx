import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { Waiting } from '../elements/waiting.tsx'
import type { SessionState } from '../sign-in/session.ts'
import { useSession } from '../sign-in/session-context.tsx'
import { Brand } from './brand.tsx'
import classes from './shell.module.css'

/** What is shown while nobody is signed in: mostly nothing, since the login page is on its way. */
export function SignInPage({ state }: { readonly state: Exclude<SessionState, { status: 'signed-in' }> }) {
  const session = useSession()
  const begins = state.status === 'signed-out' && state.mayBegin
  useEffect(() => {
    document.title = 'Console · Ostiary'
    if (begins) void session.signIn()
  }, [begins, session])
  if (begins || state.status === 'starting') {
    return (
      <main className={classes.signIn}>
        <Waiting what="Opening the console" />
      </main>
    )
  }
  return (
    <main className={classes.signIn}>
      <Brand />
      <h1>Console</h1>
      {state.status === 'elsewhere' && <OwnAddress issuer={state.issuer} />}
      {state.status === 'unreachable' && <Unreachable sentence={state.sentence} />}
      {state.status === 'signed-out' && <SignedOut sentence={state.sentence} />}
    </main>
  )
}

function OwnAddress({ issuer }: { readonly issuer: string }) {
  return (
    <>
      <p>This server calls itself by another address, and its console works there only.</p>
      <Button component="a" href={`${issuer.replace(/\/$/, '')}/console/`}>
        Open the console there
      </Button>
    </>
  )
}

function Unreachable({ sentence }: { readonly sentence: string }) {
  return (
    <>
      <p role="alert">{sentence}</p>
      <Button onClick={() => location.reload()}>Try again</Button>
    </>
  )
}

function SignedOut({
  sentence = 'The sign-in did not last. Try it once more.',
}: {
  readonly sentence: string | undefined
}) {
  const session = useSession()
  return (
    <>
      <p role="status">{sentence}</p>
      <Button onClick={() => void session.signIn()}>Sign in</Button>
    </>
  )
}
