import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

/** A provider elsewhere that the person may log in with. */
export interface ShownUpstream {
  readonly id: string
  readonly name: string
  readonly isConnected: boolean
}

export interface UpstreamList {
  readonly upstreams: readonly ShownUpstream[]
  /** Where "Connect" and "Disconnect" are posted to: a path on this origin. */
  readonly upstreamsAction: string
  readonly language: Language
}

/** Renders which providers an account is connected with, and the buttons that change it. */
export function renderUpstreams({ upstreams, upstreamsAction, language }: UpstreamList): Html {
  const strings = stringsIn(language).federation
  const items = upstreams.map(({ id, name, isConnected }) => {
    const [act, label] = isConnected ? ['disconnect', strings.disconnect(name)] : ['connect', strings.connect(name)]
    return html`<li><p><bdi>${name}</bdi></p>
<form method="post" action="${upstreamsAction}"><input type="hidden" name="${act}" value="${id}"><button class="quiet" type="submit">${label}</button></form>
</li>
`
  })
  return html`<h2>${strings.heading}</h2>
<ul class="sessions">
${items}</ul>`
}
