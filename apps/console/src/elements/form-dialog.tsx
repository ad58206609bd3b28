import { Button, Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { AdminProblem } from '../api/admin-problem.ts'
import classes from './elements.module.css'
import lists from './lists.module.css'
import { problemWords } from './problem-words.ts'

/** A form in a dialog. What was typed stays where it failed, and the reason stands above the buttons. */
export function FormDialog({
  isOpen,
  title,
  verb,
  canSend = true,
  children,
  send,
  onClose,
}: {
  readonly isOpen: boolean
  readonly title: string
  /** On the button. */
  readonly verb: string
  readonly canSend?: boolean
  readonly children: ReactNode
  /** Resolves when it is done. */
  readonly send: () => Promise<unknown>
  readonly onClose: () => void
}) {
  const [isRunning, setRunning] = useState(false)
  const [problem, setProblem] = useState<AdminProblem>()
  const submit = async (): Promise<void> => {
    setRunning(true)
    setProblem(undefined)
    try {
      await send()
    } catch (error) {
      setProblem(error as AdminProblem)
    } finally {
      setRunning(false)
    }
  }
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      // A click beside it would lose what was typed.
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (canSend && !isRunning) void submit()
        }}
      >
        <div className={lists.fields}>{children}</div>
        {problem && (
          <p className={classes.isDanger} role="alert">
            {problemWords(problem)}
          </p>
        )}
        <div className={classes.dialogActions}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isRunning} disabled={!canSend}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
