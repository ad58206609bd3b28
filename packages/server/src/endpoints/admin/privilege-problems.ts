import { Problem } from '../../platform/http/problem.ts'

/** Nobody gives what they have not, nor changes who may more. */
export function privilegeExceeded(missing: readonly string[]): Problem {
  const detail = `That needs what you may not do yourself: ${missing.join(', ')}.`
  return new Problem({ status: 403, code: 'privilege_exceeded', detail, members: { missing } })
}

export function lastAdmin(): Problem {
  const detail = 'This is the last account with the role admin that can log in. Give somebody else the role first.'
  return new Problem({ status: 409, code: 'last_admin', detail })
}
