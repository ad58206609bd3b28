import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { useSession, useSessionState } from '../sign-in/session-context.tsx'

/** Says over the page that its session is over: what was typed stays until somebody signs in again. */
export function SessionEnded() {
  const session = useSession()
  const state = useSessionState()
  const [isClosed, setClosed] = useState(false)
  const hasEnded = state.status === 'signed-in' && state.hasEnded
  return (
    <Modal
      opened={hasEnded && !isClosed}
      onClose={() => setClosed(true)}
      title="Your session has ended"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p>It expired, or somebody ended it.</p>
      <p>Sign in again to go on: you come back to this page. To look at it once more first, close this.</p>
      <Button onClick={() => void session.signIn()}>Sign in again</Button>
    </Modal>
  )
}
