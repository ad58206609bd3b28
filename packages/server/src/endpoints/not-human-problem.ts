import { Problem } from '../platform/http/problem.ts'

/** The installation's own check took a program's request for what it doesn't let in. */
export function toNotHumanProblem(): Problem {
  const detail = 'This installation lets only people send this, and could not verify that one does.'
  return new Problem({ status: 403, code: 'not_human', detail })
}
