import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'

const PAUSE_MS = 200

/** Searches while somebody types, a moment after each key. `/` leads here. */
export function SearchField({
  label,
  placeholder,
  value,
  onSearch,
}: {
  readonly label: string
  readonly placeholder?: string
  /** What is searched for now. */
  readonly value: string
  readonly onSearch: (text: string) => void
}) {
  const [text, setText] = useState(value)
  const [settled] = useDebouncedValue(text, PAUSE_MS)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is searched for follows the text, and nothing else.
  useEffect(() => {
    if (settled !== value) onSearch(settled)
  }, [settled])
  return (
    <TextInput
      type="search"
      label={label}
      {...(placeholder !== undefined && { placeholder })}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      style={{ flex: '1 1 16rem' }}
    />
  )
}
