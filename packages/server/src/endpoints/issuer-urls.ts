import { type RelyingParty, relyingPartyOf } from '../domain/passkeys/relying-party.ts'

/** Where each endpoint stands: paths for routes and forms, URLs for documents. Built from the issuer alone, never from a Host header. */
export interface IssuerUrls {
  readonly issuer: string
  /** scheme, host and port, as browsers send it in Origin */
  readonly origin: string
  readonly host: string
  /** The issuer's path without a slash at its end; empty for an issuer without path. */
  readonly basePath: string
  readonly loginPath: string
  /** Below which each upstream provider has its start and its callback. */
  readonly loginUpstreamPath: string
  readonly loginLinkPath: string
  readonly secondFactorPath: string
  readonly enrolPath: string
  readonly loginPasskeyPath: string
  /** Where a passkey is offered after a login with a password. */
  readonly passkeyOfferPath: string
  readonly logoutPath: string
  /** Where a browser goes on after a link in a mail has signed it in. */
  readonly loginContinuePath: string
  /** The page of the first run, where the first administrator's account is made. */
  readonly setupPath: string
  readonly setupUrl: string
  /** With a slash at its end: what the console loads stands below it. */
  readonly consolePath: string
  readonly signUpPath: string
  readonly signUpCodePath: string
  /** The page of the link, and where the account is opened. */
  readonly signUpAccountPath: string
  readonly signUpAccountUrl: string
  readonly emailLoginPath: string
  readonly emailLoginCodePath: string
  readonly emailLoginConfirmationPath: string
  readonly emailLoginConfirmationUrl: string
  readonly recoveryPath: string
  readonly recoveryCodePath: string
  /** The page of the link, and where the new password is posted to. */
  readonly recoveryPasswordPath: string
  readonly recoveryPasswordUrl: string
  readonly accountPath: string
  readonly accountSecurityPath: string
  /** Another address, and the code of its mail. */
  readonly accountEmailPath: string
  readonly accountEmailVerificationPath: string
  readonly accountEmailCodePath: string
  /** What the link of that mail opens, signed in or not. */
  readonly accountEmailProofPath: string
  readonly accountEmailProofUrl: string
  readonly accountUsernamePath: string
  readonly accountPasswordPath: string
  readonly accountProfilePath: string
  readonly accountTotpPath: string
  readonly accountTotpRemovalPath: string
  readonly accountRecoveryCodesPath: string
  readonly accountRememberedDevicesPath: string
  readonly accountActivityPath: string
  readonly accountDataPath: string
  readonly accountExportPath: string
  readonly accountDeletionPath: string
  readonly accountKeepingPath: string
  readonly accountSessionsPath: string
  readonly accountApiKeysPath: string
  readonly accountApiKeyRevocationPath: string
  readonly accountConsentsPath: string
  readonly accountPasskeysPath: string
  readonly accountNewPasskeyPath: string
  /** Where a person who was not it locks their account. */
  readonly accountUpstreamsPath: string
  readonly accountOrganizationsPath: string
  readonly invitationPath: string
  readonly invitationUrl: string
  readonly jwksPath: string
  readonly jwksUri: string
  readonly loginUrl: string
  readonly logoutUrl: string
  readonly endSessionPath: string
  readonly endSessionUrl: string
  readonly endSessionConfirmationPath: string
  readonly authorizationPath: string
  readonly authorizationUrl: string
  readonly authorizationResumePath: string
  readonly consentPath: string
  readonly organizationChoicePath: string
  readonly deviceAuthorizationPath: string
  readonly deviceAuthorizationUrl: string
  readonly deviceVerificationPath: string
  readonly deviceVerificationUrl: string
  readonly deviceDecisionPath: string
  readonly pushedAuthorizationPath: string
  readonly pushedAuthorizationUrl: string
  readonly registrationPath: string
  readonly registrationUrl: string
  readonly userinfoPath: string
  readonly userinfoUrl: string
  readonly tokenPath: string
  readonly tokenUrl: string
  readonly revocationPath: string
  readonly revocationUrl: string
  readonly introspectionPath: string
  readonly introspectionUrl: string
  readonly revocationsPath: string
  readonly revocationsUrl: string
  readonly accountUrl: string
  /** Where the link of a mail locks an account. */
  /** Below which each error code has its page. */
  readonly errorsPath: string
  readonly errorsUrl: string
  readonly accountLockPath: string
  readonly accountLockUrl: string
  /** Below which the Admin API has its routes. */
  readonly adminPath: string
  readonly adminUrl: string
  readonly devOutboxPath: string
  readonly revocationFeedPath: string
  /** Below which the audit log's checkpoint and proofs are. */
  readonly auditPath: string
  readonly revocationFeedUrl: string
  /** Whom passkeys are made for; absent where there can be none, at an IP address. */
  readonly relyingParty: RelyingParty | undefined
  /** Whether cookies can be Secure: not on a loopback issuer without TLS. */
  readonly isSecure: boolean
}

export function issuerUrls(issuer: string): IssuerUrls {
  const { origin, host, pathname, protocol } = new URL(issuer)
  const basePath = pathname.replace(/\/$/, '')
  const jwksPath = `${basePath}/.well-known/jwks.json`
  const loginPath = `${basePath}/login`
  const signUpPath = `${basePath}/sign-up`
  const emailLoginPath = `${loginPath}/email`
  const recoveryPath = `${basePath}/recover`
  const authorizationPath = `${basePath}/authorize`
  // RFC 8628 §3.3: short, since people type it.
  const deviceVerificationPath = `${basePath}/device`
  const deviceAuthorizationPath = `${basePath}/device-authorization`
  const tokenPath = `${basePath}/token`
  const revocationPath = `${basePath}/revoke`
  const introspectionPath = `${basePath}/introspect`
  const endSessionPath = `${basePath}/end-session`
  const accountPath = `${basePath}/account`
  const errorsPath = `${basePath}/errors`
  const revocationsPath = `${basePath}/revocations`
  const revocationFeedPath = `${basePath}/revocation-feed`
  return Object.freeze({
    issuer,
    origin,
    host,
    basePath,
    loginPath,
    loginUpstreamPath: `${loginPath}/upstream`,
    loginLinkPath: `${loginPath}/link`,
    secondFactorPath: `${loginPath}/second-factor`,
    enrolPath: `${loginPath}/enrol`,
    loginPasskeyPath: `${loginPath}/passkey`,
    passkeyOfferPath: `${loginPath}/passkey-offer`,
    logoutPath: `${basePath}/logout`,
    loginContinuePath: `${loginPath}/continue`,
    setupPath: `${basePath}/setup`,
    consolePath: `${basePath}/console/`,
    setupUrl: `${origin}${basePath}/setup`,
    signUpPath,
    signUpCodePath: `${signUpPath}/code`,
    signUpAccountPath: `${signUpPath}/account`,
    signUpAccountUrl: `${origin}${signUpPath}/account`,
    emailLoginPath,
    emailLoginCodePath: `${emailLoginPath}/code`,
    emailLoginConfirmationPath: `${emailLoginPath}/confirm`,
    emailLoginConfirmationUrl: `${origin}${emailLoginPath}/confirm`,
    recoveryPath,
    recoveryCodePath: `${recoveryPath}/code`,
    recoveryPasswordPath: `${recoveryPath}/password`,
    recoveryPasswordUrl: `${origin}${recoveryPath}/password`,
    accountPath,
    accountSecurityPath: `${accountPath}/security`,
    accountEmailPath: `${accountPath}/security/email`,
    accountEmailVerificationPath: `${accountPath}/security/email/verify`,
    accountEmailCodePath: `${accountPath}/security/email/code`,
    accountEmailProofPath: `${accountPath}/email`,
    accountEmailProofUrl: `${origin}${accountPath}/email`,
    accountUsernamePath: `${accountPath}/security/username`,
    accountPasswordPath: `${accountPath}/security/password`,
    accountProfilePath: `${accountPath}/profile`,
    accountTotpPath: `${accountPath}/security/totp`,
    accountTotpRemovalPath: `${accountPath}/security/totp/remove`,
    accountRecoveryCodesPath: `${accountPath}/security/recovery-codes`,
    accountRememberedDevicesPath: `${accountPath}/security/remembered-devices`,
    accountActivityPath: `${accountPath}/activity`,
    accountDataPath: `${accountPath}/data`,
    accountExportPath: `${accountPath}/data/export`,
    accountDeletionPath: `${accountPath}/data/deletion`,
    accountKeepingPath: `${accountPath}/keep`,
    accountUrl: `${origin}${accountPath}`,
    errorsPath,
    errorsUrl: `${origin}${errorsPath}`,
    accountLockPath: `${basePath}/account-lock`,
    accountLockUrl: `${origin}${basePath}/account-lock`,
    adminPath: `${basePath}/admin/api/v1`,
    adminUrl: `${origin}${basePath}/admin/api/v1`,
    devOutboxPath: `${basePath}/dev/outbox`,
    accountSessionsPath: `${accountPath}/sessions`,
    accountApiKeysPath: `${accountPath}/api-keys`,
    accountApiKeyRevocationPath: `${accountPath}/api-keys/revoke`,
    accountConsentsPath: `${accountPath}/consents`,
    accountPasskeysPath: `${accountPath}/security/passkeys`,
    accountNewPasskeyPath: `${accountPath}/security/passkeys/new`,
    accountUpstreamsPath: `${accountPath}/upstreams`,
    accountOrganizationsPath: `${accountPath}/organizations`,
    invitationPath: `${basePath}/invitation`,
    invitationUrl: `${origin}${basePath}/invitation`,
    jwksPath,
    jwksUri: `${origin}${jwksPath}`,
    loginUrl: `${origin}${loginPath}`,
    logoutUrl: `${origin}${basePath}/logout`,
    endSessionPath,
    endSessionUrl: `${origin}${endSessionPath}`,
    endSessionConfirmationPath: `${endSessionPath}/confirm`,
    authorizationPath,
    authorizationUrl: `${origin}${authorizationPath}`,
    authorizationResumePath: `${authorizationPath}/resume`,
    consentPath: `${authorizationPath}/consent`,
    organizationChoicePath: `${authorizationPath}/organization`,
    deviceAuthorizationPath,
    deviceAuthorizationUrl: `${origin}${deviceAuthorizationPath}`,
    deviceVerificationPath,
    deviceVerificationUrl: `${origin}${deviceVerificationPath}`,
    deviceDecisionPath: `${deviceVerificationPath}/decision`,
    pushedAuthorizationPath: `${basePath}/par`,
    pushedAuthorizationUrl: `${origin}${basePath}/par`,
    registrationPath: `${basePath}/register`,
    registrationUrl: `${origin}${basePath}/register`,
    userinfoPath: `${basePath}/userinfo`,
    userinfoUrl: `${origin}${basePath}/userinfo`,
    tokenPath,
    tokenUrl: `${origin}${tokenPath}`,
    revocationPath,
    revocationUrl: `${origin}${revocationPath}`,
    introspectionPath,
    introspectionUrl: `${origin}${introspectionPath}`,
    revocationsPath,
    revocationsUrl: `${origin}${revocationsPath}`,
    revocationFeedPath,
    auditPath: `${basePath}/audit`,
    revocationFeedUrl: `${origin}${revocationFeedPath}`,
    relyingParty: relyingPartyOf(issuer),
    isSecure: protocol === 'https:',
  })
}
