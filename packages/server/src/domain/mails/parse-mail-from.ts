import { oneLine } from '../../platform/html/one-line.ts'
import type { Mailbox } from '../../platform/mail/mail-transport.ts'
import { parseEmail } from '../accounts/parse-email.ts'

const LONGEST_NAME = 100

/** Reads whom mails are from: `no-reply@example.com` or `Example <no-reply@example.com>`. Undefined when it is neither. */
export function parseMailFrom(text: string): Mailbox | undefined {
  const [, name = '', inBrackets, bare] = /^(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>]+))$/.exec(text.trim()) ?? []
  const parsed = parseEmail((inBrackets ?? bare ?? '').trim())
  if (!parsed.ok || name.length > LONGEST_NAME || oneLine(name) !== name.trim()) return undefined
  return { name: name.trim(), address: parsed.email.text }
}
