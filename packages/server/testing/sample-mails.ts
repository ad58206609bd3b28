import type { CodePurpose, Mail, NoticeKind } from '../src/domain/mails/mail.ts'

const purposes: readonly CodePurpose[] = ['sign_up', 'verify_email', 'change_email', 'recover', 'log_in']
const notices: readonly NoticeKind[] = [
  'account_exists',
  'email_changed',
  'factor_added',
  'factor_removed',
  'new_device',
  'passkey_added',
  'provider_connected',
  'passkey_removed',
  'passkey_suspended',
  'password_changed',
  'recovery_code_used',
  'recovery_used',
  'deletion_requested',
  'deletion_cancelled',
  'impersonated',
]
const secret = 'k'.repeat(43)

/** A mail of every kind, by name. */
export const mailsOfEveryKind: Readonly<Record<string, Mail>> = {
  ...Object.fromEntries(purposes.map((purpose) => [`code_${purpose}`, codeMail(purpose)])),
  ...Object.fromEntries(notices.map((notice) => [`notice_${notice}`, noticeMail(notice)])),
  notice_of_administrator: {
    ...noticeMail('impersonated'),
    ...{ lockUrl: undefined, network: undefined, reason: 'Ticket 4711: the <order> list is empty' },
  },
  notice_without_lock: { ...noticeMail('account_exists'), lockUrl: undefined, userAgent: undefined },
  invitation: {
    kind: 'invitation',
    url: `https://login.example.com/invitation?secret=${secret}`,
    organization: undefined,
    lifetimeDays: 7,
  },
  invitation_to_organization: {
    kind: 'invitation',
    url: `https://login.example.com/invitation?secret=${secret}`,
    organization: "Fish & Chips <'Ltd'>",
    lifetimeDays: 1,
  },
  test: { kind: 'test' },
}

function codeMail(purpose: CodePurpose): Mail {
  const url = `https://login.example.com/recover?secret=${secret}&x=1`
  return { kind: 'code', purpose, code: 'BCDF-GHJK', url, lifetimeMinutes: 10 }
}

function noticeMail(notice: NoticeKind): Extract<Mail, { kind: 'notice' }> {
  return {
    kind: 'notice',
    notice,
    username: 'ada.lovelace',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
    network: '203.0.113.7',
    at: Date.UTC(2026, 2, 14, 9, 26, 53),
    lockUrl: `https://login.example.com/account-lock?secret=${secret}`,
  }
}
