import { Kbd, Modal, TextInput } from '@mantine/core'
import { type KeyboardEvent, useId, useState } from 'react'
import { useLocation } from 'wouter'
import type { PageEntry } from '../pages.ts'
import classes from './shell.module.css'

/** Goes to a page by typing. @see WAI-ARIA Authoring Practices, combobox with a list */
export function CommandPalette({
  entries,
  isOpen,
  onClose,
}: {
  readonly entries: readonly PageEntry[]
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Go to"
      yOffset="12vh"
      centered={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Choice entries={entries} onClose={onClose} />
    </Modal>
  )
}

function Choice({ entries, onClose }: { readonly entries: readonly PageEntry[]; readonly onClose: () => void }) {
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const found = findEntries(entries, typed)
  const chosen = found[Math.min(at, found.length - 1)]
  const go = (entry: PageEntry | undefined): void => {
    if (!entry) return
    onClose()
    navigate(entry.path)
  }
  const listen = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter') go(chosen)
    if (step === undefined || found.length === 0) return
    event.preventDefault()
    setAt((Math.min(at, found.length - 1) + step + found.length) % found.length)
  }
  return (
    <>
      <TextInput
        data-autofocus
        aria-label="Page"
        placeholder="Type a page"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={chosen && `${listId}-${chosen.letter}`}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={listen}
      />
      <div role="listbox" id={listId} aria-label="Pages" className={classes.options}>
        {found.map((entry) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys of its list.
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus; it names the chosen option.
          <div
            key={entry.path}
            id={`${listId}-${entry.letter}`}
            role="option"
            aria-selected={entry === chosen}
            className={classes.option}
            onClick={() => go(entry)}
          >
            {entry.name}
            <span className="muted">
              <Kbd>g</Kbd> <Kbd>{entry.letter}</Kbd>
            </span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="muted">No page has that name.</p>}
    </>
  )
}

/** Those whose name or words hold all that was typed; names first. */
function findEntries<Entry extends Pick<PageEntry, 'name' | 'words'>>(
  entries: readonly Entry[],
  typed: string,
): Entry[] {
  const parts = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = entries.filter(({ name, words }) =>
    parts.every((part) => `${name} ${words}`.toLowerCase().includes(part)),
  )
  const isByName = ({ name }: Entry): boolean => parts.every((part) => name.toLowerCase().includes(part))
  return [...matches.filter(isByName), ...matches.filter((entry) => !isByName(entry))]
}
