import type { Queries } from '../../platform/database/database.ts'
import type { TrustedIssuer, TrustedSubject } from './trusted-issuer.ts'
import { selectTrustedIssuers, selectTrustedSubjects } from './trusted-issuer-store.ts'

/** All trusted issuers, the oldest first, each with its subjects. */
export async function listTrustedIssuers(
  sql: Queries,
): Promise<readonly (TrustedIssuer & { readonly subjects: readonly TrustedSubject[] })[]> {
  const subjects = await selectTrustedSubjects(sql)
  return (await selectTrustedIssuers(sql)).map((trusted) => ({
    ...trusted,
    subjects: subjects.filter(({ issuer }) => issuer === trusted.issuer),
  }))
}
