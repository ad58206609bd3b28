import { type Html, html } from './html.ts'

// An arch, open below, with a round handle on the right. Its edges lie on whole units of 16, so that it is sharp at 16 px.
const arch = 'M2 15V8a6 6 0 0 1 12 0v7'

/** The mark in the current text colour, unnamed: the product's name stands beside it. */
export function renderMark(): Html {
  return html`<svg class="mark" viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false"><path d="${arch}" stroke="currentColor" stroke-width="2"/><circle cx="10.5" cy="10" r="1.5" fill="currentColor"/></svg>`
}

// A verdigris that stands out on light and dark alike.
const ostiaryColour = '#2a8f88'

/** The mark as a `data:` URL for the window's icon, which has one colour for light and dark. */
export function markUrl(colour: string = ostiaryColour): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none"><path d="${arch}" stroke="${colour}" stroke-width="2"/><circle cx="10.5" cy="10" r="1.5" fill="${colour}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
