import { StateWord } from './state-word.tsx'

/** Whether an account can log in, in words. */
export function AccountState({
  account: { state },
}: {
  readonly account: { readonly state: 'active' | 'disabled' | 'locked' | 'deleting' }
}) {
  if (state === 'active') return <StateWord tone="good">Can log in</StateWord>
  if (state === 'locked') return <StateWord tone="warning">Locked by its owner</StateWord>
  if (state === 'deleting') return <StateWord tone="warning">To be deleted</StateWord>
  return <StateWord tone="danger">Disabled</StateWord>
}
