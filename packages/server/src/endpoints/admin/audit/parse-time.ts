import { Problem } from '../../../platform/http/problem.ts'

/** Milliseconds of the epoch. @throws Problem 400 `invalid_parameter` */
export function parseTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const moment = Date.parse(text)
  if (Number.isSafeInteger(moment)) return moment
  const detail = `"${name}" is a time such as 2026-11-26T12:00:00.000Z.`
  throw new Problem({ status: 400, code: 'invalid_parameter', detail })
}
