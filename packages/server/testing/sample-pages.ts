import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RenderedMail, renderMail } from '../src/domain/mails/render-mail.ts'
import { renderCreationOptions, renderRequestOptions } from '../src/domain/passkeys/ceremony-options.ts'
import { showTotp } from '../src/domain/totp/totp-enrolment.ts'
import { renderAccountPage } from '../src/endpoints/account/account-page.ts'
import { renderActivityPage } from '../src/endpoints/account/activity-page.ts'
import { renderApiKeyFormPage, renderMadeApiKeyPage } from '../src/endpoints/account/api-key-pages.ts'
import { renderDataPage, renderDeletionPage } from '../src/endpoints/account/data-page.ts'
import { renderDeletionNoticePage, renderKeepingPage } from '../src/endpoints/account/keeping-page.ts'
import { renderProfilePage } from '../src/endpoints/account/profile-page.ts'
import { renderPassword } from '../src/endpoints/account/render-password.ts'
import { renderUpstreams } from '../src/endpoints/account/render-upstreams.ts'
import { renderSecurityPage } from '../src/endpoints/account/security-page.ts'
import { renderEmailForm } from '../src/endpoints/account-credentials/email-form.ts'
import { renderEmailProofPage, renderProvedEmailPage } from '../src/endpoints/account-credentials/email-proof-pages.ts'
import { renderEmail } from '../src/endpoints/account-credentials/email-section.ts'
import { renderPasswordForm } from '../src/endpoints/account-credentials/password-form.ts'
import { renderUsername } from '../src/endpoints/account-credentials/username-section.ts'
import {
  renderLockedPage,
  renderLockOverPage,
  renderLockPage,
} from '../src/endpoints/account-lock/account-lock-pages.ts'
import { renderReferencePage } from '../src/endpoints/admin/reference/reference-page.ts'
import { renderConsentPage } from '../src/endpoints/authorization/consent-page.ts'
import {
  renderNoOrganizationPage,
  renderOrganizationChoicePage,
} from '../src/endpoints/authorization/organization-page.ts'
import { renderCodePage } from '../src/endpoints/code-page.ts'
import { renderOutboxPage } from '../src/endpoints/dev-outbox/outbox-pages.ts'
import {
  renderDecidedDevicePage,
  renderDeviceConfirmationPage,
  renderUserCodePage,
} from '../src/endpoints/device-verification/device-pages.ts'
import { renderConfirmationPage } from '../src/endpoints/email-login/confirmation-page.ts'
import { renderEndSessionPage, renderSignedOutPage } from '../src/endpoints/end-session/end-session-page.ts'
import { renderErrorCodePage } from '../src/endpoints/errors/error-code-page.ts'
import {
  renderEnrolledPage,
  renderEnrolPage,
  renderRecoveryCodesPage,
  renderTotpPage,
} from '../src/endpoints/factors/factor-pages.ts'
import { renderFactors } from '../src/endpoints/factors/render-factors.ts'
import { renderLeavingPage } from '../src/endpoints/federation/leaving-page.ts'
import { renderLinkPage } from '../src/endpoints/federation/link-page.ts'
import { renderNoticePage } from '../src/endpoints/federation/notice-page.ts'
import { renderInvitationNoticePage, renderInvitationPage } from '../src/endpoints/invitation/invitation-page.ts'
import { issuerUrls } from '../src/endpoints/issuer-urls.ts'
import { renderLinkOverPage } from '../src/endpoints/link-over-page.ts'
import { renderContinuePage } from '../src/endpoints/login/continue-page.ts'
import { renderLoginPage } from '../src/endpoints/login/login-page.ts'
import { renderMailDoorPage } from '../src/endpoints/mail-door-page.ts'
import { renderOrganizationPage } from '../src/endpoints/organizations/organization-page.ts'
import { renderOrganizationsPage } from '../src/endpoints/organizations/organizations-page.ts'
import { passkeyScript } from '../src/endpoints/passkey-script.ts'
import {
  renderNewPasskeyPage,
  renderPasskeyOfferPage,
  renderPasskeysPage,
} from '../src/endpoints/passkeys/passkey-pages.ts'
import { renderNewPasswordPage } from '../src/endpoints/recovery/new-password-page.ts'
import { renderEndedStepPage, renderSecondFactorPage } from '../src/endpoints/second-factor/second-factor-page.ts'
import { renderSetupPage } from '../src/endpoints/setup/setup-page.ts'
import { renderNewAccountPage } from '../src/endpoints/sign-up/new-account-page.ts'
import type { Language } from '../src/platform/html/language.ts'
import { pageHeaders } from '../src/platform/html/page-headers.ts'
import { renderErrorPage } from '../src/platform/html/render-error-page.ts'
import { stringsIn } from '../src/platform/html/strings/strings.ts'
import { ostiaryTheme, type Theme } from '../src/platform/html/theme.ts'
import { mailsOfEveryKind } from './sample-mails.ts'

const now = Date.UTC(2026, 2, 14, 9, 26, 53)

const DAY_MS = 86_400_000
const urls = issuerUrls('https://login.example.com')
const sampleSessions = [
  {
    id: 'b'.repeat(22),
    isCurrent: true,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
    network: '203.0.113.7',
    usedAt: now - 5 * 60_000,
    expiresAt: now + DAY_MS / 2,
    absoluteEnd: now + 365 * 86_400_000,
    createdAt: now - 3 * 86_400_000,
  },
  {
    id: 'c'.repeat(22),
    isCurrent: false,
    userAgent: undefined,
    clientName: 'Corner Shop',
    network: '2001:db8:0:1::/64',
    usedAt: now - 3 * DAY_MS,
    expiresAt: now + 27 * DAY_MS,
    absoluteEnd: now + 365 * 86_400_000,
    createdAt: now - 3 * 86_400_000,
  },
]

const sampleProfile = {
  ...{ name: 'Ada Lovelace', birthdate: '1815-12-10', zoneinfo: 'Europe/London', locale: 'en-GB' },
  ...{ street_address: '12 St James’s Square\nFirst floor', locality: 'London', country: 'United Kingdom' },
}

const sampleFactors = {
  ...{ addedAt: now - 20 * DAY_MS, codesLeft: 9, now },
  devices: [
    {
      ...{ id: 'd'.repeat(22), network: '203.0.113.7', rememberedAt: now - 3 * DAY_MS, expiresAt: now + 27 * DAY_MS },
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
    },
  ],
  ...{ totpPath: '/account/security/totp', totpRemovalAction: '/account/security/totp/remove' },
  ...{ recoveryCodesAction: '/account/security/recovery-codes', devicesAction: '/account/security/remembered-devices' },
}

const sampleTotp = { secret: Buffer.from('12345678901234567890'), sealed: `v1.abcdefgh.${'s'.repeat(75)}` }
const sampleTotpForm = {
  ...{ action: '/account/security/totp', sealed: sampleTotp.sealed, isWrong: false },
  app: showTotp(sampleTotp, 'Ostiary', 'ada'),
}

const sampleRecoveryCodes = {
  codes: Array.from({ length: 10 }, (_, index) => `9K3T-0VXW-PZ8${index}-Q2MC`),
  ...{ name: 'Ostiary', username: 'ada' },
}

const sampleSecondFactor = {
  ...{ action: '/login/second-factor', step: 'f'.repeat(43), isStepUp: false, username: 'ada' },
  ...{
    factors: ['totp', 'recovery_code'] as const,
    clientName: 'Shop',
    mayRemember: true,
    switchUrl: '/login?switch=1',
  },
}

const sampleActivity = {
  events: [
    {
      at: now - 5 * 60_000,
      act: 'session.opened',
      by: 'you',
      about: [],
      network: '203.0.113.7',
      device: 'Firefox · Linux',
    },
    {
      at: now - DAY_MS,
      act: 'login.refused',
      by: 'nobody_known',
      about: [],
      network: '2001:db8:0:1::/64',
      device: undefined,
    },
    {
      at: now - 2 * DAY_MS,
      act: 'consent.granted',
      by: 'you',
      about: ['Corner Shop'],
      network: undefined,
      device: undefined,
    },
    {
      at: now - 9 * DAY_MS,
      act: 'account.role_added',
      by: 'operator',
      about: ['admin'],
      network: undefined,
      device: undefined,
    },
  ],
  ...{ earlierUrl: '/account/activity?before=1.a', isFirst: false, now },
} as const

const sampleDeletion = {
  username: 'ada.lovelace',
  effects: { sessions: 3, apiKeys: 2, apps: 1 },
  ...{ now, deleteAfter: now + 14 * DAY_MS },
}

const sampleApiKeys = {
  apiKeys: [
    {
      id: 'e'.repeat(22),
      name: 'Nightly report',
      audience: 'https://api.example.com',
      scopes: ['orders:read', 'orders:write'],
      createdAt: now - 3 * DAY_MS,
      usedAt: now - 5 * 60_000,
      expiresAt: now + 87 * DAY_MS,
    },
  ],
}

const sampleApiKeyForm = {
  urls,
  apis: [{ audience: 'https://api.example.com', name: 'Orders', scopes: ['orders:read', 'orders:write'] }],
}

const sampleConsent = {
  isUnverified: false,
  clientName: 'Corner Shop',
  username: 'ada.lovelace',
  accountId: 'acc_1',
  api: { name: 'Orders', scopeDescriptions: { 'orders:read': 'See your orders' } },
  scopes: ['openid', 'profile', 'email', 'phone', 'address', 'offline_access', 'orders:read', 'orders:write'],
  requestId: 'd'.repeat(22),
  action: '/authorize/consent',
  switchUrl: '/login?switch=1',
}

const sampleOrganizationChoice = {
  ...{ clientName: 'Corner Shop', username: 'ada.lovelace', accountId: 'acc_1', requestId: 'd'.repeat(22) },
  ...{ action: '/authorize/organization', switchUrl: '/login?switch=1' },
}

const sampleRoles = [
  { name: 'owner', description: undefined },
  { name: 'editor', description: 'May change orders' },
  { name: 'billing', description: undefined },
]

const sampleOrganizations = [
  { id: `org_${'a'.repeat(22)}`, name: 'Blue Door', roles: ['owner', 'editor'] },
  { id: `org_${'b'.repeat(22)}`, name: 'Société des Amis du Vieux Port', roles: [] },
]

const sampleOwned = {
  members: [
    {
      ...{ accountId: 'acc_1', username: 'ada.lovelace', roles: ['owner', 'editor'], invitedAs: undefined },
      ...{ joinedAt: now - 300 * DAY_MS, isYou: true },
    },
    {
      ...{ accountId: 'acc_2', username: 'bob', roles: [], invitedAs: 'bob@example.com' },
      ...{ joinedAt: now - 3 * DAY_MS, isYou: false },
    },
  ],
  invitations: [{ id: 'c'.repeat(22), email: 'carol@example.com', roles: ['editor'], sentAt: now - 5 * 60_000 }],
}

const sampleInvitation = {
  ...{ organization: 'Blue Door', roles: ['Owner', 'May change orders'], secret: 'e'.repeat(65) },
  ...{ action: '/invitation', loginUrl: '/login?return_to=%2Finvitation' },
}

const sampleEndSession = {
  clientName: 'Corner Shop',
  username: 'ada.lovelace',
  fields: { account: 'acc_1' },
  action: '/end-session/confirm',
  stayPath: '/account',
}

const sampleCode = { action: '/recover/code', challenge: 'f'.repeat(22), againPath: '/recover' }
const sampleNewAccount = { action: '/sign-up/account', secret: 's'.repeat(66), email: 'ada.lovelace@example.com' }

const sampleNewPassword = {
  action: '/recover/password',
  secret: `${'f'.repeat(22)}.${'g'.repeat(43)}`,
  username: 'ada.lovelace',
}
const samplePasskey = {
  ...{ id: 'f'.repeat(22), credentialId: 'AAAA', accountId: 'acc_1', publicKey: '', signCount: 0, transports: [] },
  ...{ isBackupEligible: true, isBackedUp: true, isUserVerified: true, aaguid: '', name: 'Google Password Manager' },
  ...{ createdAt: now - 40 * DAY_MS, usedAt: now - 5 * 60_000, suspendedAt: undefined },
}
const relyingParty = { id: 'login.example.com', origin: 'https://login.example.com' }
const options = renderRequestOptions(relyingParty, 'A'.repeat(72))
const creation = renderCreationOptions({
  ...{ relyingParty, name: 'Ostiary', challenge: 'A'.repeat(72), existing: [samplePasskey] },
  user: { handle: 'A'.repeat(43), name: 'ada.lovelace' },
})

/** Every page in every state that looks different, by name. */
export const samplePages: Readonly<Record<string, (language: Language, theme: Theme) => string>> = {
  login: (language, theme) =>
    renderLoginPage({
      action: '/login',
      returnTo: '/account',
      recoveryPath: '/recover',
      emailLoginPath: '/login/email',
      signUpPath: '/sign-up',
      language,
      theme,
    }),
  'login-upstreams': (language, theme) => {
    const upstreams = [{ id: 'google', name: 'Google' }]
    return renderLoginPage({ action: '/login', upstreams, upstreamsPath: '/login/upstream', language, theme })
  },
  'upstream-leaving': (language, theme) =>
    renderLeavingPage({ name: 'Google', url: 'https://accounts.google.com/', language, theme }),
  'upstream-unknown': (language, theme) =>
    renderNoticePage({ notice: 'unknown', name: 'Google', backPath: '/login', language, theme }),
  'upstream-link': (language, theme) => {
    const problem = stringsIn(language).federation.wrongPassword
    const link = { email: 'ada@example.com', link: 'e'.repeat(43), action: '/login/link' }
    return renderLinkPage({ name: 'Google', ...link, problem, language, theme })
  },
  'login-passkey': (language, theme) =>
    renderLoginPage({ action: '/login', passkey: { action: '/login/passkey', options }, language, theme }),
  'login-passkey-refused': (language, theme) => {
    const passkey = { action: '/login/passkey', options }
    return renderLoginPage({ action: '/login', passkey, problem: 'passkey_refused', language, theme })
  },
  passkeys: (language, theme) => {
    const passkeys = [samplePasskey, { ...samplePasskey, id: 'g'.repeat(22), name: 'YubiKey', suspendedAt: now }]
    return renderPasskeysPage({ urls, passkeys, problem: 'lastWayIn', isAvailable: true, now, language, theme })
  },
  'passkeys-unavailable': (language, theme) =>
    renderPasskeysPage({ urls, passkeys: [], isAvailable: false, now, language, theme }),
  'passkey-new': (language, theme) =>
    renderNewPasskeyPage({ urls, options: creation, isRefused: true, language, theme }),
  'passkey-offer': (language, theme) => {
    const offer = { action: '/login/passkey-offer', returnTo: '/account', options: creation, conditional: creation }
    return renderPasskeyOfferPage({ ...offer, isRefused: false, language, theme })
  },
  'account-lock': (language, theme) => {
    const what = { username: 'ada.lovelace', notice: 'new_device', secret: 'k'.repeat(43) } as const
    return renderLockPage({ ...what, action: '/account-lock', language, theme })
  },
  'account-locked': (language, theme) =>
    renderLockedPage({ isRecoverable: true, loginPath: '/login', language, theme }),
  'account-locked-unrecoverable': (language, theme) =>
    renderLockedPage({ isRecoverable: false, loginPath: '/login', language, theme }),
  'account-lock-over': (language, theme) => renderLockOverPage({ loginPath: '/login', language, theme }),
  'login-anew': (language, theme) =>
    renderLoginPage({ action: '/login', username: 'ada.lovelace', isAnew: true, language, theme }),
  'login-refused': (language, theme) =>
    renderLoginPage({ action: '/login', username: 'ada.lovelace', problem: 'refused', language, theme }),
  'login-throttled': (language, theme) =>
    renderLoginPage({
      action: '/login',
      username: 'ada.lovelace',
      problem: 'throttled',
      retryAfterSeconds: 40,
      language,
      theme,
    }),
  account: (language, theme) =>
    renderAccountPage({
      account: { username: 'ada.lovelace', email: 'ada.lovelace@example.com', name: 'Ada Lovelace' },
      session: { openedAt: now - 5 * 60_000 },
      sessions: sampleSessions,
      now,
      urls,
      consents: [
        {
          ...{ clientId: 'cli_1', clientName: 'Corner Shop', grantedAt: now - 7_200_000 },
          ...{ scopes: ['openid', 'orders:read', 'orders:write'], api: sampleConsent.api },
        },
      ],
      ...sampleApiKeys,
      language,
      theme,
    }),
  profile: (language, theme) => renderProfilePage({ texts: sampleProfile, isSaved: true, urls, language, theme }),
  'profile-refused': (language, theme) => {
    const texts = { ...sampleProfile, picture: 'ada.png', birthdate: '10.12.1815', phone_number: '030 901820' }
    const wrong = ['name', 'picture', 'birthdate', 'phone_number', 'zoneinfo', 'address'] as const
    return renderProfilePage({ texts, wrong, urls, language, theme })
  },
  'account-activity': (language, theme) => renderActivityPage({ ...sampleActivity, urls, language, theme }),
  'account-data': (language, theme) => renderDataPage({ urls, language, theme }),
  'account-deletion': (language, theme) =>
    renderDeletionPage({ ...sampleDeletion, typed: 'ada', urls, language, theme }),
  'account-deletion-requested': (language, theme) =>
    renderDeletionNoticePage({ deleteAfter: sampleDeletion.deleteAfter, urls, language, theme }),
  'account-keeping': (language, theme) => renderKeepingPage({ ...sampleDeletion, urls, language, theme }),
  'account-over': (language, theme) => renderDeletionNoticePage({ urls, language, theme }),
  'account-security': (language, theme) =>
    renderSecurityPage({
      sections: [
        renderUsername({ username: 'ada.lovelace', urls, language }),
        renderEmail({ email: 'ada.lovelace@example.com', isVerified: false, urls, language }),
        renderPassword({ setAt: now - 40 * DAY_MS, now, changePath: '/account/security/password', language }),
        renderFactors({ ...sampleFactors, language }),
        renderUpstreams({
          upstreams: [{ id: 'google', name: 'Google', isConnected: true }],
          ...{ upstreamsAction: '/account/upstreams', language },
        }),
      ],
      ...{ urls, language, theme },
    }),
  'change-email': (language, theme) => {
    const problem = stringsIn(language).accountEmail.wrong
    return renderEmailForm({ urls, typed: 'ada.lovelace', problem, language, theme })
  },
  'change-password': (language, theme) => {
    const problem = { sentence: stringsIn(language).accountPassword.wrong, about: 'current' } as const
    const shown = { action: '/account/security/password', username: 'ada', hasPassword: true, problem }
    return renderPasswordForm({ ...shown, urls, language, theme })
  },
  'email-proof': (language, theme) => {
    const shown = { action: '/account/email', secret: 's'.repeat(66), email: 'ada.lovelace@example.com' }
    return renderEmailProofPage({ ...shown, username: 'ada', language, theme })
  },
  'email-proved': (language, theme) => renderProvedEmailPage({ accountPath: '/account/security', language, theme }),
  'api-key-form': (language, theme) => renderApiKeyFormPage({ ...sampleApiKeyForm, language, theme }),
  'api-key-refused': (language, theme) => {
    const typed = { name: 'Nightly report', audience: 'https://api.example.com', scope: 'orders:reed' }
    return renderApiKeyFormPage({ ...sampleApiKeyForm, typed, language, theme })
  },
  'api-key-made': (language, theme) => {
    const text = `ok_${'x1_-'.repeat(17)}xA`
    return renderMadeApiKeyPage({ name: 'Nightly report', text, urls, language, theme })
  },
  consent: (language, theme) =>
    renderConsentPage({ ...sampleConsent, redirectUri: 'https://shop.example.com/cb', language, theme }),
  'consent-unverified': (language, theme) =>
    renderConsentPage({
      ...{ ...sampleConsent, isUnverified: true },
      ...{ redirectUri: 'https://shop.example.com/cb', language, theme },
    }),
  'consent-organization': (language, theme) => {
    const organization = { id: 'org_1', name: 'Blue Door' }
    const redirectUri = 'https://shop.example.com/cb'
    return renderConsentPage({ ...sampleConsent, organization, redirectUri, language, theme })
  },
  'organization-choice': (language, theme) =>
    renderOrganizationChoicePage({
      ...{ ...sampleOrganizationChoice, organizations: sampleOrganizations, language, theme },
    }),
  'organization-refused': (language, theme) =>
    renderNoOrganizationPage({ ...sampleOrganizationChoice, reason: 'foreign', language, theme }),
  organizations: (language, theme) =>
    renderOrganizationsPage({
      ...{ urls, organizations: sampleOrganizations, roles: sampleRoles, mayCreate: true, language, theme },
      invitations: [{ id: 'c'.repeat(22), organization: 'Red Door', roles: ['editor'] }],
    }),
  'organizations-none': (language, theme) =>
    renderOrganizationsPage({
      ...{ urls, organizations: [], invitations: [], roles: sampleRoles, mayCreate: false, language, theme },
    }),
  organization: (language, theme) =>
    renderOrganizationPage({
      urls,
      organization: { id: `org_${'a'.repeat(22)}`, name: 'Blue Door', roles: ['owner', 'editor'] },
      ...{ roles: sampleRoles, owned: sampleOwned, now, language, theme },
    }),
  'organization-problem': (language, theme) =>
    renderOrganizationPage({
      urls,
      organization: { id: `org_${'a'.repeat(22)}`, name: 'Blue Door', roles: ['owner'] },
      owned: { ...sampleOwned, invitations: [], typed: 'carol at example.com' },
      ...{ roles: sampleRoles, problem: 'not_an_email', now, language, theme },
    }),
  invitation: (language, theme) => {
    const account = { id: 'acc_1', username: 'ada.lovelace' }
    return renderInvitationPage({ ...sampleInvitation, account, language, theme })
  },
  'invitation-sign-in': (language, theme) => renderInvitationPage({ ...sampleInvitation, language, theme }),
  'invitation-sign-up': (language, theme) =>
    renderInvitationPage({ ...sampleInvitation, signUpUrl: '/sign-up?return_to=%2Finvitation', language, theme }),
  'invitation-gone': (language, theme) => renderInvitationNoticePage({ notice: 'gone', language, theme }),
  'consent-loopback': (language, theme) =>
    renderConsentPage({ ...sampleConsent, redirectUri: 'http://127.0.0.1:53682/cb', language, theme }),
  device: (language, theme) => renderUserCodePage({ action: '/device', typed: '', language, theme }),
  'device-unknown': (language, theme) =>
    renderUserCodePage({ action: '/device', typed: 'BCDF-GHJK', problem: { reason: 'unknown' }, language, theme }),
  'device-confirmation': (language, theme) =>
    renderDeviceConfirmationPage({
      clientName: 'Living Room TV',
      username: 'ada.lovelace',
      accountId: 'acc_1',
      userCode: 'BCDF-GHJK',
      network: '203.0.113.7',
      api: sampleConsent.api,
      isUnverified: false,
      scopes: ['openid', 'offline_access', 'orders:read'],
      action: '/device/decision',
      switchUrl: '/login?switch=1',
      language,
      theme,
    }),
  'device-connected': (language, theme) =>
    renderDecidedDevicePage({ isAllowed: true, clientName: 'Living Room TV', language, theme }),
  'totp-setup': (language, theme) => renderTotpPage({ ...sampleTotpForm, language, ...{ urls, theme } }),
  'recovery-codes': (language, theme) =>
    renderRecoveryCodesPage({ ...sampleRecoveryCodes, nextUrl: '/account/security', language, urls, theme }),
  enrol: (language, theme) =>
    renderEnrolPage({
      ...{ ...sampleTotpForm, isWrong: true, username: 'ada', clientName: 'Shop', switchUrl: '/login?switch=1' },
      ...{ language, theme },
    }),
  enrolled: (language, theme) => renderEnrolledPage({ ...sampleRecoveryCodes, nextUrl: '/account', language, theme }),
  'second-factor': (language, theme) => renderSecondFactorPage({ ...sampleSecondFactor, language, theme }),
  'second-factor-passkey': (language, theme) => {
    const factors = ['totp', 'passkey', 'recovery_code'] as const
    return renderSecondFactorPage({ ...sampleSecondFactor, factors, passkeyOptions: options, language, theme })
  },
  'second-factor-only-passkey': (language, theme) => {
    const problem = { reason: 'refused', factor: 'passkey' } as const
    const asked = { factors: ['passkey'] as const, passkeyOptions: options, problem }
    return renderSecondFactorPage({ ...sampleSecondFactor, ...asked, language, theme })
  },
  'second-factor-wrong': (language, theme) => {
    const problem = { reason: 'refused', factor: 'recovery_code' } as const
    return renderSecondFactorPage({ ...sampleSecondFactor, problem, mayRemember: false, language, theme })
  },
  'second-factor-none': (language, theme) => {
    return renderSecondFactorPage({ ...sampleSecondFactor, factors: [], mayRemember: false, language, theme })
  },
  'second-factor-ended': (language, theme) => renderEndedStepPage({ loginUrl: '/login', language, theme }),
  code: (language, theme) => {
    const lead = stringsIn(language).recovery.sent
    return renderCodePage({ ...sampleCode, lead, language, theme })
  },
  'code-wrong': (language, theme) => renderCodePage({ ...sampleCode, problem: { reason: 'wrong' }, language, theme }),
  'link-used': (language, theme) => renderLinkOverPage({ state: 'used', againPath: '/recover', language, theme }),
  'login-continue': (language, theme) => renderContinuePage({ url: '/account', language, theme }),
  recovery: (language, theme) => {
    const words = stringsIn(language).recovery
    return renderMailDoorPage({ action: '/recover', words, field: 'login', loginPath: '/login', language, theme })
  },
  'login-by-mail': (language, theme) =>
    renderConfirmationPage({
      action: '/login/email/confirm',
      secret: 's'.repeat(66),
      username: 'ada',
      language,
      theme,
    }),
  'sign-up': (language, theme) => {
    const words = stringsIn(language).signUp
    const typed = 'ada.lovelace'
    const shown = { action: '/sign-up', words, field: 'email', loginPath: '/login', typed } as const
    return renderMailDoorPage({ ...shown, problem: words.incomplete, language, theme })
  },
  setup: (language, theme) => renderSetupPage({ action: '/setup', language, theme }),
  'setup-wrong-code': (language, theme) => {
    const problem = { sentence: stringsIn(language).setup.wrongCode, about: 'code' } as const
    const typed = { code: 'BCDF-GHJK-LMNP-QRST', username: 'ada', email: 'ada@example.com' }
    return renderSetupPage({ action: '/setup', typed, problem, language, theme })
  },
  'sign-up-account': (language, theme) => renderNewAccountPage({ ...sampleNewAccount, language, theme }),
  'sign-up-name-taken': (language, theme) => {
    const problem = { sentence: stringsIn(language).names.taken, about: 'username' } as const
    return renderNewAccountPage({ ...sampleNewAccount, username: 'ada', problem, language, theme })
  },
  'recovery-password': (language, theme) =>
    renderNewPasswordPage({ ...sampleNewPassword, problem: undefined, language, theme }),
  'recovery-password-refused': (language, theme) => {
    const problem = stringsIn(language).passwords.faults.contextual
    return renderNewPasswordPage({ ...sampleNewPassword, problem, language, theme })
  },
  'end-session': (language, theme) => {
    const redirectUri = 'https://shop.example.com/goodbye'
    return renderEndSessionPage({ ...sampleEndSession, redirectUri, isAddressRefused: false, language, theme })
  },
  'end-session-unregistered': (language, theme) =>
    renderEndSessionPage({ ...sampleEndSession, redirectUri: undefined, isAddressRefused: true, language, theme }),
  'signed-out': (language, theme) => renderSignedOutPage({ loginPath: '/login', language, theme }),
  'error-500': (language, theme) =>
    renderErrorPage({ status: 500, incidentId: '01980f3a-7c1e-7d52-9b1f-5c0a3e9d2b44', language, theme }),
  outbox: (language, theme) => {
    const mails = ['code_sign_up', 'notice_new_device'].map((kind, index) => ({
      ...{ id: `${index}`, recipient: 'ada@example.com', createdAt: now - index * DAY_MS, expiresAt: now + DAY_MS },
      ...renderSampleMail(kind, language, theme),
    }))
    return renderOutboxPage({ mails, path: '/dev/outbox', now, theme })
  },
  'admin-reference': (_language, theme) => renderReferencePage({ urls, theme }),
  'error-code': (_language, theme) =>
    renderErrorCodePage({ code: 'not_found', oauth: undefined, problem: 'There is nothing here.', status: 404, theme }),
}

/** Only in English: developers read them. */
export const pagesForDevelopers: ReadonlySet<string> = new Set(['admin-reference', 'outbox', 'error-code'])

/** One mail of each form, by name. */
export const sampleMails: Readonly<Record<string, (language: Language, theme: Theme) => string>> = {
  'mail-code': (language, theme) => renderSampleMail('code_recover', language, theme).html,
  'mail-notice': (language, theme) => renderSampleMail('notice_new_device', language, theme).html,
  'mail-invitation': (language, theme) => renderSampleMail('invitation_to_organization', language, theme).html,
}

function renderSampleMail(kind: string, language: Language, theme: Theme): RenderedMail {
  const mail = mailsOfEveryKind[kind]
  if (mail === undefined) throw new Error(`There is no sample mail ${kind}.`)
  return renderMail(mail, language, theme)
}

export interface PageServer extends AsyncDisposable {
  readonly origin: string
}

/** Serves what `render` makes of a path, with the headers of a page; the caller disposes of it. */
export async function servePages(
  render: (path: string) => string | undefined,
  theme: Theme = ostiaryTheme,
): Promise<PageServer> {
  return await listen((request, response) => sendPage(response, render(request.url ?? '/'), theme))
}

/** Serves the login page, which may lead to `formTargets`, and answers its form with a redirect to `destination`. */
export async function serveRedirectingLogin(destination: string, formTargets: readonly string[]): Promise<PageServer> {
  return await listen((request, response) => {
    if (request.method === 'POST') return response.writeHead(303, { location: destination }).end()
    const page = renderLoginPage({ action: '/login', username: 'ada', language: 'en', theme: ostiaryTheme })
    return response.writeHead(200, pageHeaders(ostiaryTheme, formTargets)).end(page)
  })
}

async function listen(answer: RequestListener): Promise<PageServer> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Serves the sample pages and mails as `/<language>/<name>`. */
export async function serveSamplePages(theme: Theme = ostiaryTheme): Promise<PageServer> {
  return await listen((request, response) => {
    const [, language, name = ''] = (request.url ?? '/').split('/')
    const mail = sampleMails[name]?.(language as Language, theme)
    if (mail !== undefined) return response.writeHead(200, mailHeaders).end(mail)
    return sendPage(response, samplePages[name]?.(language as Language, theme), theme)
  })
}

function sendPage(response: ServerResponse, page: string | undefined, theme: Theme): void {
  const script = page?.includes('<script>') ? passkeyScript.source : undefined
  response.writeHead(page === undefined ? 404 : 200, pageHeaders(theme, [], script)).end(page)
}

/** As the outbox shows it: it loads nothing. */
const mailHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
}
