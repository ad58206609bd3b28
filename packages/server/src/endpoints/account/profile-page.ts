import { type Html, html } from '../../platform/html/html.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import {
  type AddressField,
  addressFields,
  autocompleteOf,
  languageNames,
  type ProfileField,
  type ProfileTexts,
} from './profile-fields.ts'

export interface ProfilePage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly urls: AccountFrame['urls'] & Pick<IssuerUrls, 'accountProfilePath'>
  readonly texts: ProfileTexts
  /** What was sent and could not be taken. Absent: nothing was sent. */
  readonly wrong?: readonly (ProfileField | 'address')[] | undefined
  /** Whether a change has just been made. */
  readonly isSaved?: boolean
}

/** Renders the form for what a person says of themselves. */
export function renderProfilePage(page: ProfilePage): string {
  const { urls, language, theme, wrong, isSaved = false } = page
  const strings = stringsIn(language).profile
  const field = (name: ProfileField, more: FieldLook = {}) => renderField(page, name, more)
  const body = html`${wrong && renderProblem('problem', strings.problem)}${isSaved && html`<p role="status">${strings.saved}</p>\n`}<p>${strings.lead}</p>
<form method="post" action="${urls.accountProfilePath}">
${field('name')}${field('given_name')}${field('family_name')}${field('nickname')}${renderBirthdate(page)}${field(
  'phone_number',
  { type: 'tel', hint: strings.phoneHint, isLatin: true },
)}${field('picture', { type: 'url', hint: strings.urlHint, isLatin: true })}${field('website', { type: 'url', hint: strings.urlHint, isLatin: true })}${renderLanguage(page)}${field('zoneinfo', { hint: strings.zoneinfoHint, isLatin: true })}<fieldset>
<legend>${strings.address}</legend>
${wrong?.includes('address') && html`<p class="wrong" id="address-problem">${strings.problems.address}</p>\n`}${addressFields.map((name) => renderField(page, name, { isLines: name === 'street_address' }))}</fieldset>
<button type="submit">${strings.submit}</button>
</form>
<p><a href="${urls.accountPath}">${stringsIn(language).apiKeys.back}</a></p>`
  return renderAccountFrame({ title: strings.title, area: 'overview', isBelow: true, urls, language, theme, body })
}

interface FieldLook {
  /** Default: text. */
  readonly type?: 'text' | 'tel' | 'url' | 'date'
  readonly hint?: string
  /** Whether it is written from left to right in every language. */
  readonly isLatin?: boolean
  readonly isLines?: boolean
}

function renderField(page: ProfilePage, name: ProfileField | AddressField, look: FieldLook): Html {
  const { type = 'text', hint, isLatin = false, isLines = false } = look
  const text = page.texts[name] ?? ''
  const direction = isLatin ? 'ltr' : 'auto'
  const control = isLines
    ? html`<textarea id="${name}" name="${name}" rows="3" autocomplete="${autocompleteOf[name]}" dir="${direction}"${describe(page, name, hint)}>
${text}</textarea>`
    : html`<input id="${name}" name="${name}" type="${type}" value="${text}" autocomplete="${autocompleteOf[name]}" dir="${direction}"${describe(page, name, hint)}>`
  return renderLabelled(page, name, hint, control)
}

/** A birthday without a year, or a year alone, fits no date picker. */
function renderBirthdate(page: ProfilePage): Html {
  const { birthdate = '' } = page.texts
  const isWhole = birthdate === '' || /^[1-9]\d{3}-\d{2}-\d{2}$/.test(birthdate)
  return renderField(page, 'birthdate', { type: isWhole ? 'date' : 'text', isLatin: true })
}

function renderLanguage(page: ProfilePage): Html {
  const { locale = '' } = page.texts
  const hint = stringsIn(page.language).profile.localeHint
  const isOther = locale !== '' && !languageNames.some(([tag]) => tag === locale)
  const choices = [['', '–'], ...languageNames, ...(isOther ? [[locale, locale]] : [])]
  const control = html`<select id="locale" name="locale" autocomplete="language"${describe(page, 'locale', hint)}>${choices.map(
    ([tag, name]) => html`<option value="${tag}"${tag === locale ? html` selected` : undefined}>${name}</option>`,
  )}</select>`
  return renderLabelled(page, 'locale', hint, control)
}

function renderLabelled(
  page: ProfilePage,
  name: ProfileField | AddressField,
  hint: string | undefined,
  control: Html,
): Html {
  const strings = stringsIn(page.language).profile
  const problem = findProblem(page, name)
  return html`<div class="field">
<label for="${name}">${strings.fields[name]}</label>
${control}
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>\n`}${problem !== undefined && html`<p class="wrong" id="${name}-problem">${problem}</p>\n`}</div>
`
}

function findProblem({ wrong, language }: ProfilePage, name: ProfileField | AddressField): string | undefined {
  const { problems } = stringsIn(language).profile
  if (!wrong?.some((claim) => claim === name)) return undefined
  if (name === 'birthdate' || name === 'phone_number' || name === 'zoneinfo') return problems[name]
  return name === 'picture' || name === 'website' ? problems.url : problems.text
}

/** Names what explains the field, and says that it is wrong. */
function describe(page: ProfilePage, name: ProfileField | AddressField, hint: string | undefined): Html | undefined {
  const isWrong = findProblem(page, name) !== undefined
  const ids = [...(hint === undefined ? [] : [`${name}-hint`]), ...(isWrong ? [`${name}-problem`] : [])]
  if (ids.length === 0) return undefined
  return html` aria-describedby="${ids.join(' ')}"${isWrong && html` aria-invalid="true"`}`
}
