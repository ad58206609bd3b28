import type { FastifyRequest } from 'fastify'
import { findProfile } from '../domain/profiles/find-profile.ts'
import type { Queries } from '../platform/database/database.ts'
import { chooseLanguage } from '../platform/html/choose-language.ts'
import type { Language } from '../platform/html/language.ts'

/** Mails to a person are in the language of their profile; where that is none of ours, or not said, in that of the browser which caused them. */
export async function chooseMailLanguage(sql: Queries, accountId: string, request: FastifyRequest): Promise<Language> {
  const locale = (await findProfile(sql, accountId))?.profile.locale
  return chooseLanguage([...(locale === undefined ? [] : [locale]), request.headers['accept-language'] ?? ''].join(','))
}
