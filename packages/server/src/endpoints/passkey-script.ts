import { createHash } from 'node:crypto'
import { type Html, trustThisMarkupUnescaped } from '../platform/html/html.ts'

// What a form says to it:
//   data-passkey="get" | "create"   the form's field `credential` is filled with a passkey's answer before it is sent
//   data-options                    what the passkey is asked, when its button is pressed
//   data-conditional                the same, asked at once and without a dialog; empty: as in data-options
//   data-problem="failed" | "exists", within the form: shown when that is what came of it
//   data-no-passkeys, anywhere       shown where the browser knows no passkeys or runs no scripts
// A field `passkey_offer` says whether this browser could make a passkey; `data-passkey-signals` is what password managers are told.
// A page that lay open until its challenge was over is loaded anew when somebody comes back to it, unless something was typed.
const text = `(() => {
const api = globalThis.PublicKeyCredential
if (!api?.parseRequestOptionsFromJSON) return
const all = (selector) => [...document.querySelectorAll(selector)]
for (const one of all('[data-no-passkeys]')) one.hidden = true
for (const form of all('form[data-passkey]')) {
  const isNew = form.dataset.passkey === 'create'
  let waiting
  const ask = async (json, mediation) => {
    waiting?.abort()
    waiting = new AbortController()
    const publicKey = isNew ? api.parseCreationOptionsFromJSON(JSON.parse(json)) : api.parseRequestOptionsFromJSON(JSON.parse(json))
    const options = { publicKey, signal: waiting.signal, ...(mediation && { mediation }) }
    const credential = isNew ? await navigator.credentials.create(options) : await navigator.credentials.get(options)
    form.elements.credential.value = JSON.stringify(credential)
    form.submit()
  }
  const askQuietly = async () => {
    const { conditional, options } = form.dataset
    if (conditional === undefined) return
    const can = isNew ? (await api.getClientCapabilities?.())?.conditionalCreate : await api.isConditionalMediationAvailable?.()
    if (can) await ask(conditional || options, 'conditional').catch(() => {})
  }
  const show = (problem) => {
    for (const one of form.querySelectorAll('[data-problem]')) one.hidden = one.dataset.problem !== problem
  }
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    show()
    ask(form.dataset.options).catch((error) => {
      if (error.name === 'AbortError') return
      show(error.name === 'InvalidStateError' ? 'exists' : 'failed')
      if (!isNew) askQuietly()
    })
  })
  askQuietly()
}
const offers = all('input[name=passkey_offer]')
if (offers[0]) api.isUserVerifyingPlatformAuthenticatorAvailable().then((can) => { if (can) for (const one of offers) one.value = 'yes' })
for (const { dataset } of all('[data-passkey-signals]'))
  for (const [name, told] of Object.entries(JSON.parse(dataset.passkeySignals))) api[name]?.(told).catch(() => {})
document.addEventListener('visibilitychange', () => {
  const isOver = performance.now() > 270000 && all('form[data-passkey]')[0]
  if (isOver && !document.hidden && !all('input:not([type=hidden])').some((field) => field.value !== field.defaultValue)) location.reload()
})
})()`

/** The one script of our pages, inline, and the hash by which `pageHeaders` lets it run. It sends nothing but the page's own forms. */
export const passkeyScript: { readonly element: Html; readonly source: string } = Object.freeze({
  element: trustThisMarkupUnescaped(`<script>${text}</script>`),
  source: `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
})
