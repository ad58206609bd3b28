import type { AdminProblem } from '../api/admin-problem.ts'

/** Why something was not done, for the person who did it. */
export function problemWords(problem: AdminProblem): string {
  if (problem.missing !== undefined) return `Your roles don’t permit ${problem.missing}.`
  if (problem.code === 'precondition_failed')
    return 'This was changed by somebody else meanwhile. Look at what it is now, and send yours again if it still fits.'
  return problem.message
}
