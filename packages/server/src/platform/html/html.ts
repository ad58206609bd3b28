import { escapeHtml } from './escape-html.ts'
import { type HolePlace, placesOfHoles } from './places-of-holes.ts'

/**
 * Markup that is safe to send: made by {@link html} and by nothing that a request can carry, since the class has a
 * private field that no parsed object has.
 */
export class Html {
  readonly #markup: string

  /** Wraps markup as it is, unescaped. Only {@link html} and {@link trustThisMarkupUnescaped} may call it. */
  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What may stand in a hole of an {@link html} template. `undefined`, `null` and `false` render as nothing. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined | null | false

const placesByTemplate = new WeakMap<TemplateStringsArray, readonly HolePlace[]>()

/**
 * Renders a template whose every value is escaped, unless it is {@link Html} itself.
 *
 * Values may stand in text and in quoted attributes. Inside a tag but outside of quotes only `Html` may stand (an optional
 * attribute, itself made by `html`); inside quotes no `Html` may stand.
 *
 * @throws {TypeError} when a value stands where escaping could not protect it: a mistake in the template, not in the value.
 * @example
 * html`<p title="${name}">${name}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const places = placesByTemplate.get(strings) ?? placesOfHoles(strings)
  placesByTemplate.set(strings, places)
  let markup = strings[0] ?? ''
  for (const [index, value] of values.entries()) {
    markup += renderValue(value, places[index] ?? 'text') + (strings[index + 1] ?? '')
  }
  return new Html(markup)
}

/** Declares a constant of this program to be markup. Never for anything that came from a request, a row or a setting. */
export function trustThisMarkupUnescaped(markup: string): Html {
  return new Html(markup)
}

function renderValue(value: HtmlValue, place: HolePlace): string {
  if (value === undefined || value === null || value === false) return ''
  if (Array.isArray(value)) return value.map((item: HtmlValue) => renderValue(item, place)).join('')
  if (value instanceof Html) {
    if (place === 'quoted') throw new TypeError('Markup can not stand inside an attribute value.')
    return value.toString()
  }
  if (place === 'tag') throw new TypeError('A value inside a tag must stand in quotes.')
  return escapeHtml(String(value))
}
