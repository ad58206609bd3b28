import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { type Doer, sentenceOf, type ToldAct } from './describe-event.ts'

export interface ShownEvent {
  readonly at: EpochMilliseconds
  readonly act: ToldAct
  readonly by: Doer
  /** What it was about, such as the name of an app. */
  readonly about: readonly string[]
  readonly network: string | undefined
  readonly device: string | undefined
}

export interface ActivityPage extends Pick<AccountFrame, 'language' | 'theme' | 'urls'> {
  /** The latest first. */
  readonly events: readonly ShownEvent[]
  /** Where earlier ones are; absent: there are none. */
  readonly earlierUrl: string | undefined
  /** Whether these are the latest. */
  readonly isFirst: boolean
  readonly now: EpochMilliseconds
}

/** Renders what happened to an account, in words: what, when, where, in which browser, and who did it where it was not its person. */
export function renderActivityPage(page: ActivityPage): string {
  const { events, earlierUrl, isFirst, urls, language, theme } = page
  const strings = stringsIn(language)
  const { lead, notYou, empty, earlier, latest } = strings.accountActivity
  const list = html`<ul class="sessions">
${events.map((event) => renderEvent(event, page))}</ul>
`
  const links = [
    !isFirst && html`<a href="${urls.accountActivityPath}">${latest}</a>`,
    earlierUrl !== undefined && html`<a href="${earlierUrl}" rel="next">${earlier}</a>`,
  ].filter((link) => link !== false)
  const body = html`<p>${lead}</p>
<p><a href="${urls.accountSecurityPath}">${notYou}</a></p>
${events.length === 0 ? html`<p class="muted">${empty}</p>\n` : list}${links.map((link) => html`<p>${link}</p>\n`)}`
  return renderAccountFrame({
    title: strings.accountFrame.areas.activity,
    area: 'activity',
    urls,
    language,
    theme,
    body,
  })
}

function renderEvent(event: ShownEvent, { now, language }: ActivityPage): Html {
  const about = event.about.map((name) => html`: <bdi>${name}</bdi>`)
  const by = renderDoer(event.by, language)
  const where = [event.network, event.device].map((part) => part !== undefined && html` · <bdi>${part}</bdi>`)
  return html`<li><p>${sentenceOf(event.act, language)}${about}</p>
<p class="muted">${renderPastMoment(event.at, now, language)}${where}${by}</p></li>
`
}

/** Where nobody is known the sentence says enough. */
function renderDoer(by: Doer, language: AccountFrame['language']): string | undefined {
  const words = stringsIn(language).accountActivity.by
  const said = { operator: words.operator, system: words.system, app: words.app, somebody_else: words.somebodyElse }
  return by === 'you' || by === 'nobody_known' ? undefined : ` · ${said[by]}`
}
