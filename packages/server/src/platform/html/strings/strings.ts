import type { Language } from '../language.ts'
import type { ActivityWords } from './activity-words.ts'
import { arabic } from './ar.ts'
import { german } from './de.ts'
import { english } from './en.ts'

/** Statuses that have words of their own; every other one shows those of 400 (4xx) or 500 (5xx). */
export type ErrorStatus = 400 | 403 | 404 | 405 | 413 | 415 | 429 | 500 | 503

export interface ErrorWords {
  readonly title: string
  /** What happened and what to do, in one or two short sentences. */
  readonly sentence: string
}

/** Why a login with an upstream provider came to nothing. */
export type FederationNotice = 'denied' | 'expired' | 'stale' | 'refused' | 'unknown' | 'taken' | 'last'

/** What a mail with something to do says. */
export interface MailWords {
  /** @param name whose mail it is */
  readonly subject: (name: string) => string
  readonly lead: string
  readonly button: string
}

/** What a mail says that tells of something. */
export interface NoticeWords {
  readonly subject: (name: string) => string
  readonly lead: string
}
/** Why a change of an organization came to nothing. */
export type OrganizationProblem =
  | 'last_owner'
  | 'not_an_email'
  | 'too_soon'
  | 'too_many_mails'
  | 'too_many_invitations'
  | 'name'
  | 'too_many_organizations'
  | 'too_many_roles'

/** What a page says on which somebody asks for a mail with a code. */
export interface MailDoorWords {
  readonly title: string
  /** What is to be entered, and what is mailed where. */
  readonly lead: string
  /** The label of the one field. */
  readonly field: string
  readonly submit: string
  readonly incomplete: string
  /** Whether there is such an account or not. */
  readonly sent: string
}

/** Why a name is refused that somebody chooses for themselves. */
export type NameFault =
  | 'empty'
  | 'too_long'
  | 'outer_blank'
  | 'invisible_character'
  | 'mixed_scripts'
  | 'anothers_address'
  | 'taken'

/** Why a password is refused. */
export type PasswordFault = 'too_short' | 'too_long' | 'not_text' | 'contextual' | 'repeated' | 'sequence' | 'common'

/** Every sentence that a person can read on a page. Functions take what is filled in, already in the page's language. */
export interface Strings {
  readonly login: {
    readonly title: string
    /** To who is signed in, and has to prove once more that it is they. */
    readonly anew: string
    readonly username: string
    readonly password: string
    readonly submit: string
    readonly refused: string
    readonly forgotten: string
    readonly incomplete: string
    readonly busy: string
    readonly throttled: string
    /** @param when a time to come, such as "in 40 seconds" */
    readonly throttledUntil: (when: string) => string
  }
  readonly account: {
    readonly title: string
    readonly username: string
    readonly email: string
    readonly signedIn: string
    readonly justNow: string
    readonly signOut: string
    readonly sessions: string
    readonly unknownDevice: string
    readonly thisSession: string
    /** Stands before why an administrator acts as the person in a session. */
    readonly administrator: string
    readonly lastUsed: string
    /** @param when a time to come, such as "in 30 days" */
    /** When it ends without being used, and when whatever happens. */
    readonly ends: (unused: string, latest: string) => string
    readonly endSession: string
    readonly endOthers: string
    readonly endAll: string
  }
  readonly accountActivity: {
    readonly lead: string
    /** A link; the page of credentials is where it leads. */
    readonly notYou: string
    readonly empty: string
    readonly earlier: string
    readonly latest: string
    readonly by: {
      readonly operator: string
      readonly system: string
      readonly app: string
      readonly somebodyElse: string
    }
    readonly factors: Readonly<Record<'totp' | 'passkey' | 'recovery_code', string>>
    readonly acts: ActivityWords
  }
  readonly accountData: {
    readonly exportTitle: string
    readonly exportLead: string
    readonly export: string
  }
  readonly accountFrame: {
    /** What the navigation is called for who does not see it. */
    readonly navigation: string
    readonly skip: string
    readonly areas: Readonly<Record<'overview' | 'security' | 'activity' | 'data' | 'organizations', string>>
  }
  readonly accountEmail: {
    readonly title: string
    readonly verified: string
    readonly unverified: string
    readonly none: string
    readonly verify: string
    readonly change: string
    readonly lead: string
    readonly field: string
    readonly submit: string
    readonly wrong: string
    readonly sent: string
    /** On the page that the link of the mail opens, for whoever opens it. */
    readonly confirmTitle: string
    readonly confirmLead: string
    readonly confirm: string
    readonly done: string
    readonly doneLead: string
    readonly toAccount: string
  }
  readonly accountPassword: {
    readonly change: string
    /** Where there is none as yet. */
    readonly set: string
    readonly current: string
    readonly wrong: string
    readonly effect: string
  }
  readonly accountSecurity: {
    readonly title: string
    readonly lead: string
    readonly password: string
    /** Stands before a past moment. */
    readonly passwordSet: string
    readonly noPassword: string
  }
  readonly accountLock: {
    readonly title: string
    /** What locking does. */
    readonly effect: string
    readonly submit: string
    readonly otherwise: string
    readonly done: string
    readonly ended: string
    readonly recover: string
    readonly askOperator: (name: string) => string
    readonly toLogin: string
    readonly over: string
    readonly overReason: string
  }
  readonly accountUsername: {
    readonly title: string
    readonly change: string
    readonly lead: string
    readonly field: string
  }
  readonly apiKeys: {
    readonly title: string
    readonly make: string
    /** What a key is for, and that it is a secret. */
    readonly purpose: string
    readonly name: string
    readonly api: string
    /** A field that may stay empty. */
    readonly scopes: string
    readonly lifetime: string
    readonly days: (days: number) => string
    readonly submit: string
    readonly problem: string
    readonly shownOnce: string
    readonly back: string
    /** Stands before a past moment. */
    readonly made: string
    readonly neverUsed: string
    /** @param when a time to come, such as "in 30 days" */
    readonly expires: (when: string) => string
    readonly expired: string
    readonly unending: string
    readonly revoke: string
  }
  readonly authorization: {
    /** The heading: who asks. */
    readonly title: (client: string) => string
    readonly signedInAs: string
    readonly switchAccount: string
    readonly wants: string
    readonly scopes: Readonly<
      Record<'openid' | 'profile' | 'email' | 'phone' | 'address' | 'offline_access' | 'organization', string>
    >
    readonly returnsTo: string
    /** A warning: the app registered itself. */
    readonly unverified: string
    /** A warning: the answer goes to a program on the person's own device. */
    readonly onThisDevice: string
    readonly allow: string
    readonly deny: string
    /** While the browser goes back to the app. */
    readonly returning: string
    readonly continue: string
    /** On the login page: for which app. */
    readonly toContinue: (client: string) => string
    /** On the account page: which apps may act for the person. */
    readonly apps: string
    readonly withdraw: string
  }
  readonly codes: {
    readonly title: string
    /** The label of the field for the code of a mail. */
    readonly code: string
    readonly lead: string
    readonly wrong: string
    /** One sentence for every code that leads nowhere any more. */
    readonly over: string
    readonly used: string
    readonly again: string
    /** The way out of a form that asks for a mail. */
    readonly toLogin: string
    /** The heading over a link that leads nowhere. */
    readonly linkTitle: string
    readonly linkUsed: string
    readonly linkOver: string
    /** After a link has signed somebody in. */
    readonly signedIn: string
    readonly goBack: string
    /** The installation's own check took them for a program. */
    readonly notHuman: string
  }
  readonly deletion: {
    readonly title: string
    readonly lead: string
    /** @param count one or more, as of the next two */
    readonly endsSessions: (count: string) => string
    readonly revokesKeys: (count: string) => string
    readonly withdrawsApps: (count: string) => string
    readonly deletedOn: (day: string) => string
    readonly untilThen: string
    /** Where there is no grace. */
    readonly atOnce: string
    readonly staysInLog: string
    /** The label of a field; the user name stands behind it. */
    readonly typeName: string
    readonly wrongName: string
    readonly submit: string
    readonly stay: string
    readonly doneTitle: string
    readonly done: string
    /** The question to who signs in meanwhile. */
    readonly keepTitle: string
    readonly keepLead: string
    readonly keep: string
    readonly letGo: string
    readonly overTitle: string
    readonly over: string
  }
  readonly device: {
    readonly title: string
    readonly lead: string
    /** The label of the field for the code. */
    readonly code: string
    /** One sentence for every code that leads nowhere. */
    readonly unknown: string
    /** Stands before the code. */
    readonly sameCode: string
    /** Stands before an address or a network. */
    readonly askedFrom: string
    /** A warning against codes of others: RFC 8628 §5.4. */
    readonly warning: string
    readonly allowed: string
    readonly goBack: (client: string) => string
    readonly denied: string
    readonly nothingHappened: string
  }
  readonly federation: {
    /** A button on the login page. @param name of the upstream provider, as of all functions here */
    readonly continueWith: (name: string) => string
    readonly leaving: (name: string) => string
    /** The heading over a notice. */
    readonly failed: string
    readonly notices: Readonly<Record<FederationNotice, (name: string) => string>>
    readonly back: string
    readonly linkTitle: (name: string) => string
    /** Stands before the e-mail address. */
    readonly linkReason: (name: string) => string
    readonly linkSubmit: string
    readonly wrongPassword: string
    /** On the account page. */
    readonly heading: string
    readonly connect: (name: string) => string
    readonly disconnect: (name: string) => string
  }
  readonly mails: {
    readonly codes: Readonly<Record<'sign_up' | 'verify_email' | 'change_email' | 'recover' | 'log_in', MailWords>>
    readonly notices: Readonly<
      Record<
        | 'account_exists'
        | 'email_changed'
        | 'factor_added'
        | 'factor_removed'
        | 'new_device'
        | 'passkey_added'
        | 'provider_connected'
        | 'passkey_removed'
        | 'passkey_suspended'
        | 'password_changed'
        | 'recovery_code_used'
        | 'recovery_used'
        | 'deletion_requested'
        | 'deletion_cancelled'
        | 'impersonated',
        NoticeWords
      >
    >
    readonly invitation: MailWords
    readonly test: Omit<MailWords, 'button'>
    readonly invitationBy: (organization: string) => string
    readonly code: string
    /** @param span such as "10 minutes" */
    readonly validFor: (span: string) => string
    /** Stands before when an account is deleted. */
    readonly deletion: string
    /** Stands before an address that does what the button does. */
    readonly written: string
    readonly unasked: string
    readonly account: string
    readonly when: string
    readonly device: string
    readonly network: string
    /** Stands before why an administrator acted as somebody. */
    readonly reason: string
    readonly unknownDevice: string
    /** Whoever is not the one who did it is told what the lock does. */
    readonly lockLead: string
    readonly lock: string
    readonly sentBy: (name: string) => string
  }
  readonly passwords: {
    /** The label of the field for a new password. */
    readonly label: string
    readonly hint: string
    readonly faults: Readonly<Record<PasswordFault, string>>
  }
  readonly names: Readonly<Record<NameFault, string>>
  readonly recovery: MailDoorWords & {
    readonly newTitle: string
    readonly effect: string
    readonly set: string
  }
  readonly emailLogin: MailDoorWords & {
    /** Stands before the name that the link signs in. */
    readonly confirmLead: string
    readonly confirm: string
  }
  readonly signUp: MailDoorWords & {
    readonly username: string
    readonly usernameHint: string
    readonly create: string
  }
  readonly endSession: {
    /** @param name of this installation */
    readonly title: (name: string) => string
    /** Who wants it. */
    readonly asks: (client: string) => string
    readonly effect: string
    /** A warning: the app has named an address that is not registered for it. */
    readonly unregistered: string
    readonly stay: string
    readonly done: string
    readonly signInAgain: string
  }
  readonly organizations: {
    readonly title: string
    readonly empty: string
    readonly roles: Readonly<Record<'owner' | 'member', string>>
    readonly leave: string
    readonly leaveEffect: string
    /** The heading over invitations to the person. */
    readonly invitations: string
    readonly invites: (organization: string) => string
    readonly accept: string
    readonly decline: string
    readonly create: string
    /** The label of the field for the name of an organization. */
    readonly name: string
    readonly submit: string
    readonly members: string
    readonly you: string
    /** Stands before a past moment. */
    readonly joined: string
    /** Stands before an e-mail address. */
    readonly invitedAs: string
    readonly changeRoles: string
    readonly save: string
    readonly remove: string
    /** The heading over invitations that the organization has sent. */
    readonly pending: string
    /** Stands before a past moment. */
    readonly sent: string
    readonly resend: string
    readonly revoke: string
    readonly invite: string
    readonly inviteLead: string
    readonly email: string
    readonly rolesWithin: string
    readonly send: string
    readonly back: string
    readonly problems: Readonly<Record<OrganizationProblem, string>>
    /** On the page of an invitation: what it means. */
    readonly accepting: string
    /** Stands before roles. */
    readonly asRoles: string
    /** To who may open an account by themselves, and to who may not. */
    readonly signInOrSignUp: string
    readonly signInOrAsk: string
    readonly signIn: string
    /** One heading for every invitation that leads nowhere. */
    readonly gone: string
    readonly goneReason: string
    readonly declined: string
    readonly declinedEffect: string
    /** The heading over a list of them, for an app. */
    readonly choose: string
    readonly chooseFor: (client: string) => string
    readonly noAccess: string
    /** They belong to no organization, or not to the one that the app asks for. */
    readonly refused: Readonly<Record<'none' | 'foreign', string>>
    /** Stands before the name of an organization. */
    readonly actsFor: string
  }
  readonly profile: {
    readonly title: string
    /** A link on the account page. */
    readonly edit: string
    readonly lead: string
    readonly fields: Readonly<
      Record<
        | 'name'
        | 'given_name'
        | 'family_name'
        | 'nickname'
        | 'birthdate'
        | 'picture'
        | 'website'
        | 'phone_number'
        | 'zoneinfo'
        | 'locale'
        | 'street_address'
        | 'postal_code'
        | 'locality'
        | 'region'
        | 'country',
        string
      >
    >
    readonly phoneHint: string
    readonly urlHint: string
    readonly zoneinfoHint: string
    readonly localeHint: string
    /** The heading over the fields of an address. */
    readonly address: string
    readonly problem: string
    readonly problems: Readonly<Record<'text' | 'url' | 'birthdate' | 'phone_number' | 'zoneinfo' | 'address', string>>
    readonly submit: string
    readonly saved: string
  }
  readonly factors: {
    /** The heading of the section about the authenticator app. */
    readonly app: string
    readonly noApp: string
    readonly addApp: string
    /** Stands before a past moment. */
    readonly appAdded: string
    readonly removeApp: string
    readonly scan: string
    /** What the picture is, for whoever does not see it. */
    readonly qr: string
    /** Stands before the link that opens an app on this device, and above the secret. */
    readonly orType: string
    readonly openApp: string
    readonly firstCode: string
    readonly turnOn: string
    readonly wrongCode: string
    /** On the page of a login that must have a second factor. */
    readonly needed: string
    readonly neededBy: (client: string) => string
    readonly codesTitle: string
    readonly codesReason: string
    readonly download: string
    /** The link that goes on. */
    readonly saved: string
    readonly codesLeft: (count: number) => string
    readonly renewCodes: string
    readonly devices: string
    /** @param when a time to come, such as "in 30 days" */
    readonly askedAgain: (when: string) => string
    readonly forgetDevice: string
  }
  readonly secondFactor: {
    readonly title: string
    /** Stands before the user name. */
    readonly signingInAs: string
    readonly lead: string
    /** The label of the field for a code from an authenticator app. */
    readonly code: string
    readonly submit: string
    readonly wrongCode: string
    readonly useRecoveryCode: string
    readonly recoveryCode: string
    readonly wrongRecoveryCode: string
    readonly remember: string
    /** Where no factor of the account is good now, and none may be added. */
    readonly noneUsable: (name: string) => string
    /** The heading when the login waits no longer. */
    readonly ended: string
    readonly endedReason: string
  }
  /** Links at the end of pages and mails. */
  readonly legal: {
    readonly terms: string
    readonly privacy: string
  }
  readonly passkeys: {
    readonly title: string
    /** The link to where they are changed. */
    readonly manage: string
    /** What they are good for. */
    readonly purpose: string
    readonly none: string
    readonly add: string
    readonly addLead: string
    /** The button by which a passkey proves once more who it is. */
    readonly confirm: string
    readonly confirmLead: string
    /** The same as the next, where one is to prove that. */
    readonly needsScriptToConfirm: string
    /** Where the browser runs no scripts or knows no passkeys. */
    readonly needsScript: string
    /** Where this server stands at an IP address. */
    readonly unavailable: string
    /** A button on the login page. */
    readonly signIn: string
    /** What was presented is not taken. */
    readonly refused: string
    /** No passkey answered. */
    readonly notSigned: string
    /** No passkey was made. */
    readonly notMade: string
    /** What was made is not taken. */
    readonly notTaken: string
    readonly exists: string
    /** Stands before a past moment. */
    readonly added: string
    /** Stands before a past moment. */
    readonly used: string
    readonly neverUsed: string
    readonly synced: string
    readonly onOneDevice: string
    readonly suspended: string
    readonly resume: string
    readonly rename: string
    readonly name: string
    readonly saveName: string
    readonly badName: string
    readonly remove: string
    readonly lastWayIn: string
    /** The name of one whose maker and device are not known. */
    readonly unnamed: string
    readonly backToPasskeys: string
    readonly offerTitle: string
    readonly offerLead: string
    readonly notNow: string
  }
  /** The first run, where the first administrator's account is made. */
  readonly setup: {
    readonly title: string
    readonly lead: string
    readonly code: string
    readonly codeHint: string
    readonly submit: string
    readonly wrongCode: string
    readonly emailTaken: string
  }
  readonly error: {
    /** Stands before the id under which the server's log explains what happened. */
    readonly incident: string
    /** Stands before the HTTP status. */
    readonly status: string
    readonly words: Readonly<Record<ErrorStatus, ErrorWords>>
  }
}

const stringsByLanguage: Readonly<Record<Language, Strings>> = { en: english, de: german, ar: arabic }

/** Every sentence in one language. */
export function stringsIn(language: Language): Strings {
  return stringsByLanguage[language]
}

/** The words for an HTTP status in one language. */
export function errorWords(status: number, language: Language): ErrorWords {
  const { words } = stringsIn(language).error
  return isErrorStatus(status, words) ? words[status] : words[status < 500 ? 400 : 500]
}

function isErrorStatus(status: number, words: object): status is ErrorStatus {
  return Object.hasOwn(words, String(status))
}
