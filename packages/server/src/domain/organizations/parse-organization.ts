import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'

export interface OrganizationDescription {
  readonly name: string
  readonly slug: string
}

export type ParsedOrganization =
  | { readonly ok: true; readonly description: OrganizationDescription }
  | { readonly ok: false; readonly reason: 'name' | 'slug'; readonly sentence: string }

const SLUG_SENTENCE =
  'A slug has 2 to 64 characters: lower-case letters from a to z, digits, and hyphens between them, such as blue-door.'

/** Reads what an organization is called; without a slug one is made of its name, where that has letters or digits. */
export function parseOrganization(input: {
  readonly name: string
  readonly slug?: string | undefined
}): ParsedOrganization {
  const name = input.name.normalize('NFC').trim()
  if (!isDisplayName(name)) return { ok: false, reason: 'name', sentence: DISPLAY_NAME_SENTENCE }
  const slug = input.slug ?? slugOf(name)
  if (!isSlug(slug)) return { ok: false, reason: 'slug', sentence: SLUG_SENTENCE }
  return { ok: true, description: { name, slug } }
}

function isSlug(text: string): boolean {
  return text.length >= 2 && text.length <= 64 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text)
}

/** Accents fall away, whatever else is no letter from a to z and no digit becomes a hyphen. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, '')
}
