import { isDisplayName } from '../names/display-name.ts'
import { type Address, addressMembers, type ProfileClaim } from './profile.ts'

/** Claims to be set; those that are undefined are removed. */
export type ProfileChange = Readonly<Partial<Record<ProfileClaim | 'phone_number', string | undefined>>> & {
  readonly phone_number_verified?: boolean | undefined
  readonly email_verified?: boolean | undefined
  readonly address?: Address | undefined
}

export type ParsedProfileChange =
  | { readonly ok: true; readonly change: ProfileChange }
  | { readonly ok: false; readonly sentence: string }

interface ClaimForm {
  /** Text → the claim's value; undefined where it has not its form. */
  readonly parse: (text: string) => unknown
  readonly sentence: string
}

const LONGEST_URL = 2000
const LONGEST_ADDRESS_PART = 500

const displayText: ClaimForm = { parse: keepIf(isDisplayName), sentence: '1 to 128 characters that can be seen' }
const webPage: ClaimForm = { parse: keepIf(isWebUrl), sentence: 'an https URL' }
const truth: ClaimForm = {
  parse: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  sentence: 'true or false',
}

/** OpenID Connect Core §5.1: what each claim is made of. */
const claimForms: Readonly<Record<keyof ProfileChange, ClaimForm>> = {
  name: displayText,
  given_name: displayText,
  family_name: displayText,
  middle_name: displayText,
  nickname: displayText,
  gender: displayText,
  profile: webPage,
  picture: webPage,
  website: webPage,
  birthdate: { parse: keepIf(isBirthdate), sentence: 'a date such as 1815-12-10, 0000-12-10 or 1815' },
  zoneinfo: { parse: keepIf(isTimeZone), sentence: 'a time zone such as Europe/Berlin' },
  locale: { parse: keepIf(isLocale), sentence: 'a language tag such as en-GB' },
  phone_number: {
    parse: keepIf((text) => /^\+[1-9]\d{5,14}(;ext=\d{1,10})?$/.test(text)),
    sentence: 'a number in the form of E.164, such as +4930901820',
  },
  phone_number_verified: truth,
  email_verified: truth,
  address: { parse: parseAddress, sentence: `a JSON object of texts: ${addressMembers.join(', ')}` },
}

export const settableClaims: readonly string[] = Object.keys(claimForms)

/** Texts such as `given_name=Ada` → a change; with nothing after the sign the claim is removed. */
export function parseProfileChange(assignments: readonly string[]): ParsedProfileChange {
  const change: Record<string, unknown> = {}
  for (const assignment of assignments) {
    const [, claim = '', text = ''] = /^([^=]*)=(.*)$/s.exec(assignment) ?? []
    if (!isSettable(claim)) {
      return { ok: false, sentence: `A claim is set as name=value; the name is one of ${settableClaims.join(', ')}.` }
    }
    const { parse, sentence } = claimForms[claim]
    const value = text === '' ? undefined : parse(text)
    if (text !== '' && value === undefined) return { ok: false, sentence: `${claim} must be ${sentence}.` }
    change[claim] = value
  }
  return { ok: true, change }
}

function isSettable(claim: string): claim is keyof ProfileChange {
  return Object.hasOwn(claimForms, claim)
}

function keepIf(isRight: (text: string) => boolean): (text: string) => string | undefined {
  return (text) => (isRight(text) ? text : undefined)
}

function isWebUrl(text: string): boolean {
  if (text.length > LONGEST_URL || !/^https:\/\/[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

/** The year may be unknown (0000), or the day and the month left out. */
function isBirthdate(text: string): boolean {
  const [, year = '', rest = '-01-01'] = /^(\d{4})(-\d{2}-\d{2})?$/.exec(text) ?? []
  if (year === '' || text === '0000') return false
  // A leap year, for those who were born on 29 February.
  const date = `${year === '0000' ? '2000' : year}${rest}`
  const moment = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(date)
}

function isTimeZone(text: string): boolean {
  try {
    return /^[A-Za-z]/.test(text) && Boolean(new Intl.DateTimeFormat('en', { timeZone: text }))
  } catch {
    return false
  }
}

function isLocale(text: string): boolean {
  try {
    return text.length <= 100 && Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}

function parseAddress(text: string): Address | undefined {
  const address = parseObject(text)
  if (address === undefined) return undefined
  const entries = Object.entries(address)
  const isSound = entries.every(([member, value]) => addressMembers.some((known) => known === member) && isLines(value))
  return isSound && entries.length > 0 ? (address as Address) : undefined
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** §5.1.1: an address may have several lines. */
function isLines(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > LONGEST_ADDRESS_PART) return false
  return value.split(/\r?\n/).every(isDisplayName)
}
