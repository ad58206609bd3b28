import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useAdminAct } from '../api/admin-queries.ts'
import { FormDialog } from './form-dialog.tsx'
import { useToasts } from './toasts.tsx'

/** What is edited, and how it is changed. `Typed` is what the fields hold. */
export interface Edited<Typed> {
  readonly path: string
  readonly etag: string | undefined
  /** What the fields hold when the dialog opens. */
  readonly typed: Typed
  /** The body of the PATCH. */
  readonly describe: (typed: Typed) => object
  /** Whether it can be sent. */
  readonly isComplete: (typed: Typed) => boolean
  /** The lists that show it. */
  readonly shownIn: readonly string[]
}

/** A button, and the dialog that it opens. It changes what was known when it was opened: what somebody else has changed meanwhile is told, not overwritten. */
export function EditDialog<Typed extends object>({
  edited,
  title,
  done,
  children,
}: {
  readonly edited: Edited<Typed>
  readonly title: string
  /** The sentence when it is done. */
  readonly done: string
  readonly children: (typed: Typed, set: (changed: Partial<Typed>) => void) => ReactNode
}) {
  const [opened, setOpened] = useState<{ readonly etag: string | undefined }>()
  const [typed, setTyped] = useState(edited.typed)
  const toasts = useToasts()
  const edit = useAdminAct(
    () => [edited.path, { method: 'PATCH', body: edited.describe(typed), ifMatch: opened?.etag }],
    edited.shownIn,
  )
  return (
    <>
      <Button
        variant="default"
        onClick={() => {
          setTyped(edited.typed)
          setOpened({ etag: edited.etag })
        }}
      >
        Edit
      </Button>
      <FormDialog
        isOpen={opened !== undefined}
        title={title}
        verb="Save"
        canSend={edited.isComplete(typed)}
        send={async () => {
          await edit.mutateAsync()
          setOpened(undefined)
          toasts.done(done)
        }}
        onClose={() => setOpened(undefined)}
      >
        {children(typed, (changed) => setTyped({ ...typed, ...changed }))}
      </FormDialog>
    </>
  )
}
