import type { RememberedDevice } from '../../domain/remembered-devices/remembered-devices.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { relativeTime, renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'

export interface ShownFactors {
  /** When the authenticator app was added; absent: there is none. */
  readonly addedAt: EpochMilliseconds | undefined
  readonly codesLeft: number
  readonly devices: readonly RememberedDevice[]
  /** Where each is changed: paths on this origin. */
  readonly totpPath: string
  readonly totpRemovalAction: string
  readonly recoveryCodesAction: string
  readonly devicesAction: string
  readonly now: EpochMilliseconds
  readonly language: Language
}

/** Renders the authenticator app, how many recovery codes are left, and the browsers that are remembered. */
export function renderFactors(shown: ShownFactors): Html {
  const { addedAt, totpPath, totpRemovalAction, now, language } = shown
  const strings = stringsIn(language).factors
  if (addedAt === undefined) {
    return html`<h2>${strings.app}</h2>
<p class="muted">${strings.noApp}</p>
<p><a href="${totpPath}">${strings.addApp}</a></p>${renderCodes(shown)}`
  }
  return html`<h2>${strings.app}</h2>
<p class="muted">${strings.appAdded} ${renderPastMoment(addedAt, now, language)}</p>
<form method="post" action="${totpRemovalAction}"><button class="quiet" type="submit">${strings.removeApp}</button></form>${renderCodes(shown)}${renderDevices(shown)}`
}

function renderCodes({ addedAt, codesLeft, recoveryCodesAction, language }: ShownFactors): Html | undefined {
  if (addedAt === undefined && codesLeft === 0) return undefined
  const strings = stringsIn(language).factors
  return html`
<h2>${strings.codesTitle}</h2>
<p class="muted">${strings.codesLeft(codesLeft)}</p>
<form method="post" action="${recoveryCodesAction}"><button class="quiet" type="submit">${strings.renewCodes}</button></form>`
}

function renderDevices({ devices, devicesAction, now, language }: ShownFactors): Html | undefined {
  if (devices.length === 0) return undefined
  const { factors: strings, account } = stringsIn(language)
  const items = devices.map(({ id, userAgent, network, rememberedAt, expiresAt }) => {
    const { program, system } = describeUserAgent(userAgent)
    const name = [program, system].filter((part) => part !== undefined).join(' · ') || account.unknownDevice
    const end = strings.askedAgain(relativeTime(Math.floor((expiresAt - now) / 1000), language))
    return html`<li><p><bdi>${name}</bdi></p>
<p class="muted"><bdi>${network}</bdi> · ${renderPastMoment(rememberedAt, now, language)} · ${end}</p>
<form method="post" action="${devicesAction}"><input type="hidden" name="forget" value="${id}"><button class="quiet" type="submit">${strings.forgetDevice}</button></form>
</li>
`
  })
  return html`
<h2>${strings.devices}</h2>
<ul class="sessions">
${items}</ul>`
}
