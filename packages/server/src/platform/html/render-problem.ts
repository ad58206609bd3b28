import { type Html, html } from './html.ts'

/** Renders the one sentence that says why a form is shown again; fields name its id in `aria-describedby`. */
export function renderProblem(id: string, sentence: string): Html {
  return html`<div class="problem" id="${id}" role="alert"><svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true" focusable="false"><circle cx="10" cy="10" r="7.25"/><path d="M10 6.25v4.5M10 13.6v.1"/></svg><span>${sentence}</span></div>`
}
