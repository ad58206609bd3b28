import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import type { Passkey } from '../../domain/passkeys/passkey.ts'
import { html } from '../../platform/html/html.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { SecurityVisit, ShownSection } from '../security-section.ts'

/** The account's passkeys, by name, and the link to where they are managed. */
export async function passkeysSection({ sql, urls, session, language }: SecurityVisit): Promise<ShownSection> {
  const strings = stringsIn(language).passkeys
  const passkeys = await listPasskeys(sql, session.accountId)
  const items = passkeys.map(({ name }) => html`<li><p><bdi>${name}</bdi></p></li>\n`)
  const list =
    items.length === 0 ? html`<p class="muted">${strings.none}</p>` : html`<ul class="sessions">\n${items}</ul>`
  return {
    name: 'passkeys',
    json: passkeys.map(toJson),
    html: html`<h2>${strings.title}</h2>
${urls.relyingParty ? list : html`<p>${strings.unavailable}</p>`}
<p><a href="${urls.accountPasskeysPath}">${strings.manage}</a></p>`,
  }
}

/** A passkey as its own account sees it, on the wire. Moments are RFC 3339; null: never. */
function toJson({ id, name, aaguid, isBackupEligible, createdAt, usedAt, suspendedAt }: Passkey): object {
  const moment = (milliseconds: number | undefined) =>
    milliseconds === undefined ? null : new Date(milliseconds).toISOString()
  const times = { created_at: moment(createdAt), last_used_at: moment(usedAt), suspended_at: moment(suspendedAt) }
  return { id, name, aaguid, synced: isBackupEligible, ...times }
}
