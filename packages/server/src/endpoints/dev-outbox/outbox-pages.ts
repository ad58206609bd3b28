import type { RenderedMail } from '../../domain/mails/render-mail.ts'
import type { OutboxMail } from '../../domain/mails/sealed-mail.ts'
import { html, trustThisMarkupUnescaped } from '../../platform/html/html.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { Mailbox } from '../../platform/mail/mail-transport.ts'

type ShownMail = RenderedMail & Pick<OutboxMail, 'id' | 'recipient' | 'createdAt' | 'expiresAt'>

export interface OutboxPage {
  readonly mails: readonly ShownMail[]
  readonly path: string
  readonly now: number
  readonly theme: Theme
}

/** Renders the outbox, the newest mail first. In English: developers read it. */
export function renderOutboxPage({ mails, path, now, theme }: OutboxPage): string {
  const rows = mails.map(
    ({ id, subject, recipient, createdAt }) => html`<li>
<p><a href="${path}/${id}"><bdi>${subject}</bdi></a></p>
<p class="muted"><small><bdi>${recipient}</bdi> · ${renderPastMoment(createdAt, now, 'en')}</small></p>
</li>
`,
  )
  const list =
    mails.length === 0
      ? html`<p>No mail yet. What this server would send appears here, for example the code of a sign-up.</p>`
      : html`<ul class="sessions">
${rows}</ul>`
  const body = html`<h1>Outbox</h1>
<p class="muted">Mails that would be sent if OSTIARY_SMTP_URL were set. Each stays until it expires.</p>
${list}`
  return renderPage({ title: 'Outbox', language: 'en', theme, body })
}

export interface OutboxMailPage {
  readonly mail: ShownMail
  readonly from: Mailbox
  readonly path: string
  readonly now: number
  readonly theme: Theme
}

/** Renders one mail as it would be sent: who, when, its HTML in a frame, and its text. */
export function renderOutboxMailPage({ mail, from, path, now, theme }: OutboxMailPage): string {
  const { id, subject, recipient, text, createdAt, expiresAt } = mail
  const frame = `<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="${path}/${encodeURIComponent(id)}/html" width="100%" height="640"></iframe>`
  const body = html`<h1><bdi>${subject}</bdi></h1>
<dl>
<div><dt>From</dt><dd><bdi>${from.name}</bdi> &lt;${from.address}&gt;</dd></div>
<div><dt>To</dt><dd><bdi>${recipient}</bdi></dd></div>
<div><dt>Left</dt><dd>${renderPastMoment(createdAt, now, 'en')}</dd></div>
<div><dt>State</dt><dd>${expiresAt <= now ? 'It has expired and would not be sent any more' : 'It would be sent'}</dd></div>
</dl>
<h2>HTML</h2>
<p>${trustThisMarkupUnescaped(frame)}</p>
<p><a href="${path}/${id}/html">Only the HTML</a></p>
<h2>Text</h2>
${text
  .trimEnd()
  .split('\n\n')
  .map((block) => html`<p dir="auto">${renderBlock(block)}</p>\n`)}
<p><a href="${path}">All mails</a></p>`
  return renderPage({ title: subject, language: 'en', theme, body })
}

/** Lines as lines, and addresses as links. */
function renderBlock(block: string) {
  return block
    .split('\n')
    .map((line, index) => [
      index > 0 && html`<br>`,
      /^https?:\/\/\S+$/.test(line) ? html`<a href="${line}">${line}</a>` : line,
    ])
}
