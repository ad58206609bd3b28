import { languages } from '../../platform/html/language.ts'

/** What a person may say of themselves: OpenID Connect Core §5.1. What an operator verified, and what logs in, is not among it. */
export const profileFields = [
  'name',
  'given_name',
  'family_name',
  'nickname',
  'birthdate',
  'picture',
  'website',
  'phone_number',
  'zoneinfo',
  'locale',
] as const
export type ProfileField = (typeof profileFields)[number]

/** Parts of the claim `address`, as OpenID Connect Core §5.1.1 names them. */
export const addressFields = ['street_address', 'postal_code', 'locality', 'region', 'country'] as const
export type AddressField = (typeof addressFields)[number]

/** What is in the form: as it is kept, or as it was typed. Absent: nothing. */
export type ProfileTexts = Readonly<Partial<Record<ProfileField | AddressField, string>>>

/** HTML §4.10.18.7.1: so that browsers fill in what they know. */
export const autocompleteOf: Readonly<Record<ProfileField | AddressField, string>> = {
  name: 'name',
  given_name: 'given-name',
  family_name: 'family-name',
  nickname: 'nickname',
  birthdate: 'bday',
  picture: 'photo',
  website: 'url',
  phone_number: 'tel',
  zoneinfo: 'off',
  locale: 'language',
  street_address: 'street-address',
  postal_code: 'postal-code',
  locality: 'address-level2',
  region: 'address-level1',
  country: 'country-name',
}

/** The languages to choose from: those that we write in, each in its own words. */
export const languageNames: readonly (readonly [tag: string, name: string])[] = languages.map((tag) => [
  tag,
  new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag,
])
