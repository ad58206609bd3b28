import type { Account } from './account.ts'

/** Whether tokens may be given for an account: not while it is disabled, nor while it waits to be deleted. */
export function isActive({ disabledAt, deleteAfter }: Account): boolean {
  return disabledAt === undefined && deleteAfter === undefined
}
