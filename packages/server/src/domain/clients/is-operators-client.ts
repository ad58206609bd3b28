import type { Client } from './client.ts'

/** Whether an operator registered a client here: neither does a document of its own describe it, nor did it register itself. */
export function isOperatorsClient({ documentFreshUntil, registeredBy }: Client): boolean {
  return documentFreshUntil === undefined && registeredBy === undefined
}
