import type { Html } from '../../platform/html/html.ts'
import { html } from '../../platform/html/html.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'

export interface SecurityPage extends Pick<AccountFrame, 'urls' | 'language' | 'theme'> {
  /** Each with an `h2`, in the order of the page. */
  readonly sections: readonly Html[]
}

/** Renders how a person gets into their account, section by section. */
export function renderSecurityPage({ sections, ...frame }: SecurityPage): string {
  const strings = stringsIn(frame.language).accountSecurity
  const body = html`<p>${strings.lead}</p>
${sections.map((section) => html`<section>${section}</section>\n`)}`
  return renderAccountFrame({ ...frame, title: strings.title, area: 'security', body })
}
