import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import classes from './elements.module.css'

/** A text as it is, with a button that copies it whole; what is long may be shown shortened. */
export function Copyable({
  text,
  shown = text,
  what,
}: {
  readonly text: string
  readonly shown?: string
  readonly what: string
}) {
  return (
    <span className={classes.copy}>
      <span className="mono">{shown}</span>
      <CopyButton text={text} what={what} />
    </span>
  )
}

/** Copies a text, and says so where the eyes are. `what` names it for who does not see it: `Copy the key id`. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const clipboard = useClipboard({ timeout: 2000 })
  const label = clipboard.copied ? 'Copied' : `Copy ${what}`
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="md" aria-label={label} onClick={() => clipboard.copy(text)}>
        <svg
          width="16"
          height="16"
          viewBox="0 0 16 16"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          aria-hidden="true"
        >
          {clipboard.copied ? (
            <path d="m3 8.5 3.2 3.2L13 4.8" />
          ) : (
            <>
              <rect x="5.25" y="5.25" width="8" height="8" rx="1.5" />
              <path d="M10.5 2.75h-6a1.75 1.75 0 0 0-1.75 1.75v6" />
            </>
          )}
        </svg>
      </ActionIcon>
    </Tooltip>
  )
}
