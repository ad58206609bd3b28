import { forEachLanguage } from '../../platform/html/for-each-language.ts'
import type { Language } from '../../platform/html/language.ts'
import { oneLine } from '../../platform/html/one-line.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'
import type { Mail } from './mail.ts'

/** A mail in words: what its text and its HTML are made of. Every value is one line that steers nothing around it. */
export interface WordedMail {
  readonly subject: string
  readonly lead: string
  readonly code: { readonly label: string; readonly text: string } | undefined
  readonly facts: readonly (readonly [label: string, value: string])[]
  /** What is said before the button, apart from the lead. */
  readonly advice: string | undefined
  readonly button: { readonly label: string; readonly url: string; readonly written: string } | undefined
  readonly closing: readonly string[]
}

/** Puts a mail into words. No subject holds a code: it is shown on a locked screen. */
export function wordMail(mail: Mail, language: Language, name: string): WordedMail {
  switch (mail.kind) {
    case 'code':
      return wordCode(mail, language, name)
    case 'notice':
      return wordNotice(mail, language, name)
    case 'invitation':
      return wordInvitation(mail, language, name)
    case 'test':
      return wordTest(language, name)
  }
}

function wordCode(mail: Extract<Mail, { kind: 'code' }>, language: Language, name: string): WordedMail {
  const { mails } = stringsIn(language)
  const { subject, lead, button } = mails.codes[mail.purpose]
  return {
    subject: subject(oneLine(name)),
    lead,
    code: { label: mails.code, text: oneLine(mail.code) },
    facts: [],
    advice: undefined,
    button: { label: button, url: mail.url, written: mails.written },
    closing: [
      mails.validFor(spanOfMinutes(mail.lifetimeMinutes, language)),
      mails.unasked,
      mails.sentBy(oneLine(name)),
    ],
  }
}

function wordNotice(mail: Extract<Mail, { kind: 'notice' }>, language: Language, name: string): WordedMail {
  const { mails } = stringsIn(language)
  const { subject, lead } = mails.notices[mail.notice]
  const { program, system } = describeUserAgent(mail.userAgent)
  const device = [program, system].filter((part) => part !== undefined).join(', ') || mails.unknownDevice
  return {
    subject: subject(oneLine(name)),
    lead,
    code: undefined,
    facts: [
      [mails.account, oneLine(mail.username)],
      [mails.when, moment(mail.at, language)],
      ...(mail.network === undefined
        ? []
        : ([
            [mails.device, device],
            [mails.network, oneLine(mail.network)],
          ] as const)),
      ...(mail.reason === undefined ? [] : [[mails.reason, oneLine(mail.reason)] as const]),
      ...(mail.deleteAfter === undefined ? [] : [[mails.deletion, moment(mail.deleteAfter, language)] as const]),
    ],
    advice: mail.lockUrl && mails.lockLead,
    button: mail.lockUrl === undefined ? undefined : { label: mails.lock, url: mail.lockUrl, written: mails.written },
    closing: [mails.sentBy(oneLine(name))],
  }
}

function wordInvitation(mail: Extract<Mail, { kind: 'invitation' }>, language: Language, name: string): WordedMail {
  const { mails } = stringsIn(language)
  const { subject, lead, button } = mails.invitation
  return {
    subject: subject(oneLine(name)),
    lead,
    code: undefined,
    facts: [],
    advice: mail.organization === undefined ? undefined : mails.invitationBy(oneLine(mail.organization)),
    button: { label: button, url: mail.url, written: mails.written },
    closing: [mails.validFor(span(mail.lifetimeDays, 'day', language)), mails.sentBy(oneLine(name))],
  }
}

function wordTest(language: Language, name: string): WordedMail {
  const { mails } = stringsIn(language)
  const { subject, lead } = mails.test
  const nothingMore = { code: undefined, facts: [], advice: undefined, button: undefined }
  return { subject: subject(oneLine(name)), lead, ...nothingMore, closing: [mails.sentBy(oneLine(name))] }
}

/** In hours where they are whole: nobody reckons in 1,440 minutes. */
function spanOfMinutes(minutes: number, language: Language): string {
  return minutes % 60 === 0 ? span(minutes / 60, 'hour', language) : span(minutes, 'minute', language)
}

const unitsOf = (unit: 'minute' | 'hour' | 'day') =>
  forEachLanguage((language) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }))
const units = { minute: unitsOf('minute'), hour: unitsOf('hour'), day: unitsOf('day') } as const
const moments = forEachLanguage(
  (language) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
)

function span(count: number, unit: keyof typeof units, language: Language): string {
  return units[unit](language).format(count)
}

/** In UTC, and says so: where the reader is, nobody here knows. */
function moment(at: number, language: Language): string {
  return `${moments(language).format(at)} UTC`
}
