import { type TObject, type TOptional, Type } from 'typebox'
import { type Email, parseEmail } from '../../../domain/accounts/parse-email.ts'
import { parseUsername, type Username } from '../../../domain/accounts/parse-username.ts'
import { type ProfileChange, parseProfileChange } from '../../../domain/profiles/parse-profile-change.ts'
import { addressMembers, profileClaims } from '../../../domain/profiles/profile.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { closed, nullable } from '../admin-schemas.ts'

const claim = () => Type.Optional(nullable(Type.String({ maxLength: 2000 })))

/** Claims that are set; `null` removes one, and the others stay. */
export const profileChangeSchema: TOptional<TObject> = Type.Optional(
  closed({
    ...Object.fromEntries(profileClaims.map((name) => [name, claim()])),
    phone_number: claim(),
    phone_number_verified: Type.Optional(nullable(Type.Boolean())),
    address: Type.Optional(nullable(closed(Object.fromEntries(addressMembers.map((name) => [name, claim()]))))),
  }) as TObject,
)

/** @throws Problem 400 `invalid_parameter` */
export function readUsername(typed: string): Username {
  const parsed = parseUsername(typed)
  if (!parsed.ok) throw invalid(`"username": ${parsed.sentence}`)
  return parsed.username
}

/** @throws Problem 400 `invalid_parameter` */
export function readEmail(typed: string): Email {
  const parsed = parseEmail(typed)
  if (!parsed.ok) throw invalid(`"email": ${parsed.sentence}`)
  return parsed.email
}

/** @throws Problem 400 `invalid_parameter` */
export function readProfile(profile: Readonly<Record<string, unknown>>): ProfileChange {
  const assignments = Object.entries(profile).map(([name, value]) => `${name}=${writeClaim(value)}`)
  const parsed = parseProfileChange(assignments)
  if (!parsed.ok) throw invalid(`"profile": ${parsed.sentence}`)
  return parsed.change
}

function writeClaim(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}

export function taken(what: 'username' | 'email'): Problem {
  const words = { username: 'That user name', email: 'That e-mail address' }[what]
  const code = what === 'username' ? 'username_taken' : 'email_taken'
  return new Problem({ status: 409, code, detail: `${words} is another account’s, as its name or its address.` })
}
