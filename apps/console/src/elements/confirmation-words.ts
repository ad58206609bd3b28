/** What guards know of a revocation, as the API answers it. */
export interface Confirmation {
  readonly seq: number
  readonly confirmed: number
  readonly of: number
  readonly slowest_ms: number | null
  readonly missing: readonly string[]
}

/** How long an act that revokes waits for the guards. */
export const WAIT = '2s'

/** `3 of 3 APIs refuse it, the slowest after 41 ms.`, or who has not confirmed yet. */
function confirmationWords({ confirmed, of, slowest_ms, missing }: Confirmation): string {
  if (of === 0) return 'No API tells what it has applied; each refuses within a second.'
  const slowest = slowest_ms === null ? '' : `, the slowest after ${slowest_ms} ms`
  const apis = of === 1 ? 'API refuses' : 'APIs refuse'
  const late = missing.length === 0 ? '' : ` Not yet confirmed by ${missing.slice(0, 3).join(', ')}.`
  return `${confirmed} of ${of} ${apis} it${slowest}.${late}`
}

/** A sentence, followed by what the guards confirmed where the answer says so. */
export function doneWords(sentence: string, answer: unknown): string {
  const confirmation = findConfirmation(answer)
  return confirmation ? `${sentence} ${confirmationWords(confirmation)}` : sentence
}

function findConfirmation(answer: unknown): Confirmation | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  if ('confirmed' in answer && 'of' in answer) return answer as Confirmation
  return 'confirmation' in answer ? findConfirmation(answer.confirmation) : undefined
}
