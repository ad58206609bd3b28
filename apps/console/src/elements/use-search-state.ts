import { useSearchParams } from 'wouter'

/** Filters of a list, which stand in the address: a reload and a link show the same. Empty ones are left away. */
export function useSearchState(): readonly [
  state: Readonly<Record<string, string | undefined>>,
  set: (changed: Readonly<Record<string, string | undefined>>) => void,
] {
  const [parameters, setParameters] = useSearchParams()
  const state: Readonly<Record<string, string | undefined>> = Object.fromEntries(parameters)
  const set = (changed: Readonly<Record<string, string | undefined>>): void => {
    setParameters(
      (before) => {
        const next = new URLSearchParams(before)
        for (const [name, value] of Object.entries(changed)) {
          if (value === undefined || value === '') next.delete(name)
          else next.set(name, value)
        }
        return next
      },
      { replace: true },
    )
  }
  return [state, set]
}
