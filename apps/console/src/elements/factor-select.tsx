import { NativeSelect } from '@mantine/core'

/** Whether a second factor is required: `mfa`, or an empty text for none. */
export function FactorSelect({
  value,
  onChange,
  description,
}: {
  readonly value: string
  readonly onChange: (factor: string) => void
  readonly description?: string
}) {
  return (
    <NativeSelect
      label="Second factor"
      description={description}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      data={[
        { value: '', label: 'Not required' },
        { value: 'mfa', label: 'Required' },
      ]}
    />
  )
}
