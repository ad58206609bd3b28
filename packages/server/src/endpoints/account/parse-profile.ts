import { type TSchema, Type } from 'typebox'
import { type ProfileChange, parseProfileChange } from '../../domain/profiles/parse-profile-change.ts'
import type { Profile } from '../../domain/profiles/profile.ts'
import { parameterText } from '../parameter-text.ts'
import { addressFields, type ProfileField, type ProfileTexts, profileFields } from './profile-fields.ts'

/** The body of `POST /account/profile` on the wire: what is absent stays, what is empty goes. */
export const profileBodySchema: TSchema = Type.Object({
  ...Object.fromEntries([...profileFields, ...addressFields].map((name) => [name, Type.Optional(parameterText(2500))])),
  // An address has lines.
  street_address: Type.Optional(Type.String({ maxLength: 2500, pattern: '^(?:[^\\p{Cc}\\p{Cs}]|\\r?\\n)*$' })),
})

export type ParsedProfile =
  | { readonly ok: true; readonly change: ProfileChange }
  | { readonly ok: false; readonly wrong: readonly (ProfileField | 'address')[]; readonly sentences: readonly string[] }

/** What was typed → the claims that it changes, beside what is kept. */
export function parseProfile(typed: ProfileTexts, kept: Profile): ParsedProfile {
  let change: ProfileChange = {}
  const wrong: (ProfileField | 'address')[] = []
  const sentences: string[] = []
  for (const claim of [...profileFields, 'address'] as const) {
    const assignment = claim === 'address' ? writeAddress(typed, kept) : writeField(claim, typed, kept)
    if (assignment === undefined) continue
    const parsed = parseProfileChange([assignment])
    if (parsed.ok) {
      change = { ...change, ...parsed.change }
      continue
    }
    wrong.push(claim)
    sentences.push(parsed.sentence)
  }
  return wrong.length === 0 ? { ok: true, change } : { ok: false, wrong, sentences }
}

/** What is kept, as the form shows it. */
export function textsOfProfile(profile: Profile): ProfileTexts {
  return { ...pick(profile, profileFields), ...pick(profile.address ?? {}, addressFields) }
}

function writeField(claim: ProfileField, typed: ProfileTexts, kept: Profile): string | undefined {
  const text = cleanUp(typed[claim])
  return text === undefined || text === (kept[claim] ?? '') ? undefined : `${claim}=${text}`
}

/** The whole of an address that an operator wrote goes when a part of it changes: it would be another one. */
function writeAddress(typed: ProfileTexts, kept: Profile): string | undefined {
  const before = pick(kept.address ?? {}, addressFields)
  const typedParts = Object.fromEntries(
    addressFields.flatMap((field) => {
      const text = cleanUp(typed[field])
      return text === undefined ? [] : [[field, text]]
    }),
  )
  const after: ProfileTexts = { ...before, ...typedParts }
  if (addressFields.every((field) => (after[field] ?? '') === (before[field] ?? ''))) return undefined
  const parts = Object.entries(after).filter(([, text]) => text !== '')
  return parts.length === 0 ? 'address=' : `address=${JSON.stringify(Object.fromEntries(parts))}`
}

function cleanUp(text: string | undefined): string | undefined {
  return text?.replaceAll('\r\n', '\n').normalize('NFC').trim()
}

function pick(from: object, names: readonly string[]): ProfileTexts {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
