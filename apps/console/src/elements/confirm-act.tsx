import { Button, Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { AdminProblem } from '../api/admin-problem.ts'
import classes from './elements.module.css'

/** Asks once more, naming the effect, such as "Ends 3 sessions on 2 devices now". What failed is said here, and the dialog stays. */
export function ConfirmAct({
  isOpen,
  title,
  children,
  verb,
  isDangerous = true,
  canConfirm = true,
  act,
  onClose,
}: {
  readonly isOpen: boolean
  readonly title: string
  /** The effect, in one sentence or two; what else the act needs to know. */
  readonly children: ReactNode
  /** On the button. */
  readonly verb: string
  readonly isDangerous?: boolean
  readonly canConfirm?: boolean
  /** Resolves when it is done; the dialog closes then. */
  readonly act: () => Promise<unknown>
  readonly onClose: () => void
}) {
  const [isRunning, setRunning] = useState(false)
  const [problem, setProblem] = useState<AdminProblem>()
  const close = (): void => {
    setProblem(undefined)
    onClose()
  }
  const confirm = async (): Promise<void> => {
    setRunning(true)
    setProblem(undefined)
    try {
      await act()
      close()
    } catch (error) {
      setProblem(error as AdminProblem)
    } finally {
      setRunning(false)
    }
  }
  return (
    <Modal opened={isOpen} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={classes.effect}>{children}</div>
      {problem && (
        <p className={classes.isDanger} role="alert">
          {problem.missing === undefined ? problem.message : `Your roles don’t permit ${problem.missing}.`}
        </p>
      )}
      <DialogActions {...{ verb, isDangerous, canConfirm, isRunning }} cancel={close} confirm={() => void confirm()} />
    </Modal>
  )
}

function DialogActions({
  verb,
  isDangerous,
  canConfirm,
  isRunning,
  cancel,
  confirm,
}: {
  readonly verb: string
  readonly isDangerous: boolean
  readonly canConfirm: boolean
  readonly isRunning: boolean
  readonly cancel: () => void
  readonly confirm: () => void
}) {
  return (
    <div className={classes.dialogActions}>
      <Button variant="default" onClick={cancel}>
        Cancel
      </Button>
      <Button color={isDangerous ? 'danger' : 'verdigris'} loading={isRunning} disabled={!canConfirm} onClick={confirm}>
        {verb}
      </Button>
    </div>
  )
}
