import { findPassword } from '../../domain/credentials/find-password.ts'
import type { SecurityVisit, ShownSection } from '../security-section.ts'
import { renderPassword } from './render-password.ts'

/** Whether the account has a password, and since when. */
export async function passwordSection({ sql, urls, session, now, language }: SecurityVisit): Promise<ShownSection> {
  const setAt = (await findPassword(sql, session.accountId))?.setAt
  return {
    name: 'password',
    json: setAt === undefined ? null : { set_at: new Date(setAt).toISOString() },
    html: renderPassword({ setAt, now, changePath: urls.accountPasswordPath, language }),
  }
}
