import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ConfirmAct } from './confirm-act.tsx'

/** A button for an act that is asked about once more, with its effect named. */
export function ActButton({
  label,
  title,
  effect,
  verb,
  isDangerous = true,
  canConfirm = true,
  isQuiet = false,
  act,
  onOpen,
}: {
  /** On the button that opens the question. */
  readonly label: string
  readonly title: string
  /** The effect, in one sentence or two; what else the act needs to know. */
  readonly effect: ReactNode
  /** On the button that does it. */
  readonly verb: string
  readonly isDangerous?: boolean
  readonly canConfirm?: boolean
  /** Within a table, where many of them stand below each other. */
  readonly isQuiet?: boolean
  readonly act: () => Promise<unknown>
  /** Before the question is shown, such as to forget what was typed in it before. */
  readonly onOpen?: () => void
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        variant="default"
        size={isQuiet ? 'xs' : 'sm'}
        onClick={() => {
          onOpen?.()
          setOpen(true)
        }}
      >
        {label}
      </Button>
      <ConfirmAct
        isOpen={isOpen}
        title={title}
        verb={verb}
        isDangerous={isDangerous}
        canConfirm={canConfirm}
        act={act}
        onClose={() => setOpen(false)}
      >
        {effect}
      </ConfirmAct>
    </>
  )
}
