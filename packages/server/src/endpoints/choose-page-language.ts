import type { FastifyRequest } from 'fastify'
import { chooseLanguage } from '../platform/html/choose-language.ts'
import type { Language } from '../platform/html/language.ts'

/** The languages that an app names go before those of the browser: `ui_locales` of OpenID Connect Core §3.1.2.1 and RP-Initiated Logout §2. */
export function choosePageLanguage(request: Pick<FastifyRequest, 'headers'>, uiLocales?: string | undefined): Language {
  const named = uiLocales === undefined ? [] : uiLocales.split(' ')
  return chooseLanguage([...named, request.headers['accept-language'] ?? ''].join(','))
}
