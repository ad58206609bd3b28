import { Problem } from '../../platform/http/problem.ts'

/** @param what such as `account` */
export function unknownResource(what: string): Problem {
  return new Problem({ status: 404, code: 'not_found', detail: `There is no ${what} of that id.` })
}
