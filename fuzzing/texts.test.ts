import fc from 'fast-check'
import { expect } from 'vitest'
import { CommandError } from '../packages/server/src/cli/command.ts'
import { parseLimitOption } from '../packages/server/src/cli/parse-limit-option.ts'
import { canonicalLoginName } from '../packages/server/src/domain/accounts/canonical-login-name.ts'
import { parseEmail } from '../packages/server/src/domain/accounts/parse-email.ts'
import { parseOwnUsername } from '../packages/server/src/domain/accounts/parse-own-username.ts'
import { parseUsername } from '../packages/server/src/domain/accounts/parse-username.ts'
import { draftApiKey, parseApiKeyText } from '../packages/server/src/domain/api-keys/api-key-text.ts'
import { parsePermissions } from '../packages/server/src/domain/apis/parse-permissions.ts'
import { parseDuration } from '../packages/server/src/domain/clients/parse-duration.ts'
import {
  issueInvitationSecret,
  parseInvitationSecret,
} from '../packages/server/src/domain/invitations/invitation-secret.ts'
import { parseMailFrom } from '../packages/server/src/domain/mails/parse-mail-from.ts'
import { isDisplayName } from '../packages/server/src/domain/names/display-name.ts'
import { isPermissionName } from '../packages/server/src/domain/names/permission-name.ts'
import { isScopeToken } from '../packages/server/src/domain/names/scope-token.ts'
import { formatTypedCode, makeTypedCode, parseTypedCode } from '../packages/server/src/domain/one-time/typed-code.ts'
import { parseOrganization } from '../packages/server/src/domain/organizations/parse-organization.ts'
import { findChallengeEnd, makeChallenge } from '../packages/server/src/domain/passkeys/passkey-challenge.ts'
import { parseProfileChange } from '../packages/server/src/domain/profiles/parse-profile-change.ts'
import { parseWait } from '../packages/server/src/domain/revocations/parse-wait.ts'
import { parseRole } from '../packages/server/src/domain/roles/parse-role.ts'
import { hashSetupCode } from '../packages/server/src/domain/setup/setup-code.ts'
import {
  decodeBase32,
  encodeBase32,
  findStepOfCode,
  parseTotpCode,
} from '../packages/server/src/domain/totp/totp-code.ts'
import { isEventPattern } from '../packages/server/src/domain/webhook-outbox/event-pattern.ts'
import { parseTime } from '../packages/server/src/endpoints/admin/audit/parse-time.ts'
import { entityTag, requireMatch } from '../packages/server/src/endpoints/admin/entity-tag.ts'
import { readCursor, writeCursor } from '../packages/server/src/endpoints/admin/page.ts'
import { parseReturnTo } from '../packages/server/src/endpoints/parse-return-to.ts'
import { chooseLanguage } from '../packages/server/src/platform/html/choose-language.ts'
import { languages } from '../packages/server/src/platform/html/language.ts'
import { findCookie, renderCookie } from '../packages/server/src/platform/http/cookies.ts'
import { describeUserAgent } from '../packages/server/src/platform/http/describe-user-agent.ts'
import { Problem } from '../packages/server/src/platform/http/problem.ts'
import { parseSecret } from '../packages/server/src/platform/sealing/parse-secret.ts'
import { createSealer } from '../packages/server/src/platform/sealing/sealing.ts'
import { SealingError } from '../packages/server/src/platform/sealing/sealing-error.ts'
import { hostileText, mutated, textLike } from './hostile.ts'
import { fuzz, inBoundedTime, orItsError } from './property.ts'

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const people = textLike('ada', 'Ada Lovelace', 'ada@example.com', 'Αda', 'ﬁve²', '田中さん', 'e\u0301mile')

fuzz('user name', 'what is taken can be seen, reads as itself again, and is compared in one form', people, (text) => {
  const parsed = inBoundedTime(() => parseUsername(text))
  if (!parsed.ok) return
  const { text: kept, canonical } = parsed.username
  expect(parseUsername(kept)).toEqual(parsed)
  expect(kept).not.toMatch(unseen)
  expect(canonicalLoginName(canonical)).toBe(canonical)
})

fuzz(
  'user name',
  'one that somebody takes for themselves is no other person’s address',
  fc.tuple(people, fc.option(fc.constantFrom('ada@example.com', 'ADA@example.com'), { nil: undefined })),
  ([text, email]) => {
    const parsed = inBoundedTime(() => parseOwnUsername(text, email))
    if (parsed.ok && parsed.username.canonical.includes('@'))
      expect(parsed.username.canonical).toBe(email?.toLowerCase())
  },
)

fuzz('login name', 'the form that names are compared in is final', people, (text) => {
  const canonical = inBoundedTime(() => canonicalLoginName(text))
  expect(canonicalLoginName(canonical)).toBe(canonical)
})

const addresses = textLike(
  'ada@example.com',
  "o'brien+news@mail.example.co.uk",
  'δοκιμή@παράδειγμα.δοκιμή',
  '"a b"@example.com',
  'ada@[192.0.2.1]',
  'a.b.c@d-e.example',
)

fuzz(
  'e-mail address',
  'RFC 5321 §4.5.3.1: one @, no blank, quote, bracket or control character, and within the bounds',
  addresses,
  (text) => {
    const parsed = inBoundedTime(() => parseEmail(text))
    if (!parsed.ok) return
    const { text: kept } = parsed.email
    expect(kept.split('@')).toHaveLength(2)
    expect(kept).not.toMatch(/[\s"<>()[\]\\,;:]/u)
    expect(kept).not.toMatch(unseen)
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(254)
    expect(parseEmail(kept)).toEqual(parsed)
  },
)

fuzz(
  'sender of mails',
  'an address, with a name of one line before it',
  textLike('Example <no-reply@example.com>', '"Example" <a@example.com>', 'a@example.com'),
  (text) => {
    const mailbox = inBoundedTime(() => parseMailFrom(text))
    if (mailbox === undefined) return
    expect(parseEmail(mailbox.address).ok).toBe(true)
    expect(mailbox.name).not.toMatch(/[\r\n"<>]/)
  },
)

fuzz(
  'display name, scope, permission, role',
  'RFC 6749 §3.3: what is a role is a scope-token, and what is a permission too',
  textLike('orders:read', 'Ada Lovelace', 'editor'),
  (text) => {
    const [isScope, isPermission, role] = inBoundedTime(
      () => [isScopeToken(text), isPermissionName(text), parseRole(text)] as const,
    )
    expect(isScope).toBe(text.length <= 128 && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text) && !/[\r\n]/.test(text))
    if (isPermission || role.ok) expect(isScope).toBe(true)
    if (inBoundedTime(() => isDisplayName(text))) expect(text).not.toMatch(unseen)
  },
)

fuzz(
  'permissions of an API',
  'each has a name that is one, and a scope of the API or none',
  fc.tuple(
    fc.array(textLike('orders:refund=Give money back', 'orders:read'), { maxLength: 4 }),
    fc.array(textLike('orders:refund=orders:write', 'orders:refund='), { maxLength: 2 }),
  ),
  ([permissions, permissionScopes]) => {
    const parsed = inBoundedTime(() =>
      parsePermissions({ permissions, permissionScopes }, [], ['orders:write', 'orders:read']),
    )
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    for (const { name, scope } of parsed.permissions) {
      expect(isPermissionName(name)).toBe(true)
      expect([undefined, 'orders:write', 'orders:read']).toContain(scope)
    }
  },
)

fuzz(
  'organization',
  'a name that can be seen and a slug for URLs, or a sentence',
  fc.record({
    name: textLike('Blue Door', 'Ämter & Söhne'),
    slug: fc.option(textLike('blue-door'), { nil: undefined }),
  }),
  (input) => {
    const parsed = inBoundedTime(() => parseOrganization(input))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    expect(parsed.description.slug).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$/)
    expect(encodeURIComponent(parsed.description.slug)).toBe(parsed.description.slug)
  },
)

fuzz(
  'profile',
  'OpenID Connect Core §5.1: claims of their form, or a sentence; never a member that nobody declared',
  fc.array(
    textLike(
      'given_name=Ada',
      'birthdate=1815-12-10',
      'zoneinfo=Europe/Berlin',
      'locale=en-GB',
      'website=https://example.com/',
      'address={"locality":"London"}',
      'phone_number=+4930901820',
      '__proto__=x',
    ),
    { maxLength: 3 },
  ),
  (assignments) => {
    const parsed = inBoundedTime(() => parseProfileChange(assignments))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    expect(Object.getPrototypeOf(parsed.change)).toBe(Object.prototype)
    for (const value of Object.values(parsed.change)) if (typeof value === 'string') expect(value).not.toMatch(unseen)
  },
)

fuzz(
  'durations, waits, limits and times',
  'a number within its bounds, or nothing',
  textLike('30d', '90m', '2s', '500ms', '100', '2026-11-26T12:00:00.000Z', '2026-11-26'),
  (text) => {
    const duration = inBoundedTime(() => parseDuration(text))
    if (duration !== undefined) expect(duration > 0 && duration <= 366 * 86_400_000).toBe(true)
    const wait = inBoundedTime(() => parseWait(text))
    if (wait.ok) expect(wait.milliseconds >= 0 && wait.milliseconds <= 30_000).toBe(true)
    const limit = orItsError(() => parseLimitOption(text), CommandError)
    if (limit !== undefined) expect(String(limit)).toBe(text)
    const moment = orItsError(() => parseTime('since', text), Problem)
    if (moment !== undefined) expect(new Date(moment).toISOString()).toMatch(/Z$/)
  },
)

fuzz(
  'typed code',
  'RFC 8628 §6.1: is read however it is typed, and nothing else is a code',
  fc.oneof(
    hostileText,
    fc.constant(makeTypedCode()).chain((code) => mutated(code, formatTypedCode(code))),
  ),
  (typed) => {
    const code = inBoundedTime(() => parseTypedCode(typed))
    if (code !== undefined)
      expect([parseTypedCode(formatTypedCode(code)), parseTypedCode(code.toLowerCase())]).toEqual([code, code])
    inBoundedTime(() => hashSetupCode(typed))
  },
)

const totpSecret = Buffer.from('12345678901234567890')
fuzz(
  'code of an authenticator app',
  'six digits, which are compared without an error, or none',
  textLike('755 224', '287-082', '٧٥٥٢٢٤', '７５５２２４'),
  (typed) => {
    const code = inBoundedTime(() => parseTotpCode(typed))
    if (code === undefined) return
    expect(code).toMatch(/^\d{6}$/)
    findStepOfCode(totpSecret, code, 59_000)
  },
)

fuzz(
  'secret of an authenticator app',
  'RFC 4648 §6: what is decoded is what its own base 32 says',
  textLike(encodeBase32(totpSecret), 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq'),
  (text) => {
    const secret = inBoundedTime(() => decodeBase32(text))
    if (secret !== undefined) expect(decodeBase32(encodeBase32(secret))).toEqual(secret)
  },
)

const sealer = createSealer([Buffer.alloc(32, 7).toString('base64url')])
const sealed = sealer.seal(Buffer.from('a key'), 'signing_key k')
const apiKey = draftApiKey()
const invitation = issueInvitationSecret('inv_AAAAAAAAAAAAAAAAAAAAAA')
const scope = { ceremony: 'log_in', boundTo: 'a' } as const
const challenge = makeChallenge(sealer, scope, 1_790_000_000_000)
const secretText = Buffer.alloc(32, 9).toString('base64url')

fuzz(
  'texts with a checksum or a tag',
  'one spelling each: no other text than the one that was given out is taken',
  textLike(apiKey.text, challenge, secretText),
  (text) => {
    expect(inBoundedTime(() => parseApiKeyText(text)) !== undefined).toBe(text === apiKey.text)
    expect(inBoundedTime(() => findChallengeEnd(sealer, scope, text)) !== undefined).toBe(text === challenge)
    const bytes = orItsError(() => parseSecret(text), SealingError)
    if (bytes !== undefined) expect(bytes.toString('base64url')).toBe(text)
  },
)

fuzz('sealed text', 'is opened as it was sealed, and any other text is a sealing error', textLike(sealed), (text) => {
  const plain = orItsError(() => sealer.open(text, 'signing_key k'), SealingError)
  expect(plain?.toString()).toBe(text === sealed ? 'a key' : undefined)
})

fuzz('invitation link', 'an id and a secret that give the link again', textLike(invitation.text), (text) => {
  const parsed = inBoundedTime(() => parseInvitationSecret(text))
  if (parsed !== undefined) expect(text).toContain(parsed.secret)
})

fuzz('event pattern', 'only what some event fits', textLike('account.created', 'account.*', '*'), (text) => {
  if (inBoundedTime(() => isEventPattern(text))) expect(text).toMatch(/^[a-z_.*]+$/)
})

const origin = 'https://login.example.com'
fuzz(
  'return_to',
  'RFC 9700 §4.11: what is taken stays on this origin, in a browser too',
  textLike('/account?a=b#c', '//evil.example/', '/\\evil.example', '/./%2e%2e//evil.example', '/\t/evil.example'),
  (text) => {
    const path = inBoundedTime(() => parseReturnTo(text, origin))
    if (path === undefined) return
    expect(new URL(path, origin).origin).toBe(origin)
    expect(path).toMatch(/^\/(?![/\\])/)
    expect(path).not.toMatch(/[\r\n\t]/)
    expect(parseReturnTo(path, origin)).toBe(path)
  },
)

const key = fc.tuple(fc.maxSafeInteger(), fc.string({ unit: fc.constantFrom(...'abc_-ä😀'), maxLength: 10 }))
fuzz('cursor', 'is read as it was written', key, (written) => {
  expect(readCursor(writeCursor(written), ['number', 'string'])).toEqual(written)
})
fuzz(
  'cursor',
  'any other text is a problem of the caller',
  textLike(writeCursor([1_790_000_000_000, 'acc_x']), writeCursor(['a']), 'W10'),
  (text) => {
    const read = orItsError(() => readCursor(text, ['number', 'string']), Problem)
    if (read !== undefined) expect([Number.isSafeInteger(read[0]), typeof read[1]]).toEqual([true, 'string'])
  },
)

const representation = { id: 'a' }
fuzz(
  'If-Match',
  'RFC 9110 §13.1.1: matches by the tag itself, or by an asterisk',
  textLike(entityTag(representation), `"x", ${entityTag(representation)}`, '*', `W/${entityTag(representation)}`),
  (text) => {
    const matched = orItsError(() => requireMatch({ ifMatch: text }, representation) ?? true, Problem) ?? false
    const tags = text.split(',').map((one) => one.trim())
    expect(matched).toBe(tags.includes('*') || tags.includes(entityTag(representation)))
  },
)

fuzz(
  'Accept-Language',
  'one of our languages, whatever is sent',
  textLike('de-AT,de;q=0.9,en;q=0.1', 'ar', '*;q=0'),
  (text) => {
    expect(languages).toContain(inBoundedTime(() => chooseLanguage(text)))
  },
)

fuzz(
  'User-Agent',
  'described from the list of known words, or not at all',
  textLike(
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36',
    'curl/8',
    'Version/17 Safari/605',
  ),
  (text) => {
    const { program, system } = inBoundedTime(() => describeUserAgent(text))
    expect(`${program}${system}`).toMatch(/^[\w. ]+$/)
  },
)

fuzz(
  'Cookie',
  'RFC 6265 §5.4: what we set is found among the others, once',
  fc.tuple(textLike('a=b; c=d', 'theme=dark'), fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), maxLength: 30 })),
  ([others, value]) => {
    const [pair] = renderCookie('__Host-session', value, { secure: true, maxAgeSeconds: 1 }).split(';')
    expect(
      inBoundedTime(() => findCookie(`${others.replaceAll('__Host-session', '')}; ${pair}`, '__Host-session')),
    ).toBe(value)
    expect(findCookie(`${pair}; ${others}; ${pair}`, '__Host-session')).toBeUndefined()
  },
)
