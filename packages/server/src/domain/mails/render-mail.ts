import type { Language } from '../../platform/html/language.ts'
import { listLegalLinks } from '../../platform/html/legal-links.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { Mail } from './mail.ts'
import { wordMail } from './mail-words.ts'
import { renderMailHtml } from './render-mail-html.ts'
import { renderMailText } from './render-mail-text.ts'

export interface RenderedMail {
  /** One line. */
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Renders what a mail says, in words and with the theme's name and colours. */
export function renderMail(mail: Mail, language: Language, theme: Theme): RenderedMail {
  const words = wordMail(mail, language, theme.name)
  return {
    subject: words.subject,
    text: renderMailText(words, language, listLegalLinks(theme, language)),
    html: renderMailHtml(words, language, theme),
  }
}
