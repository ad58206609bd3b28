/** What a code proves, when it comes back. */
export type CodePurpose = 'sign_up' | 'verify_email' | 'change_email' | 'recover' | 'log_in'

/** What somebody is told of their own account. */
export type NoticeKind =
  | 'account_exists'
  | 'email_changed'
  | 'factor_added'
  | 'factor_removed'
  | 'new_device'
  | 'passkey_added'
  | 'passkey_removed'
  | 'passkey_suspended'
  | 'password_changed'
  | 'recovery_code_used'
  | 'provider_connected'
  | 'recovery_used'
  | 'deletion_requested'
  | 'deletion_cancelled'
  | 'impersonated'

/** What a mail says, before it has words: those are chosen when it is sent. */
export type Mail =
  /** A code to type, or a link to open instead. */
  | {
      readonly kind: 'code'
      readonly purpose: CodePurpose
      /** As it is to be read, for example `BCDF-GHJK`. */
      readonly code: string
      /** An absolute URL that does by a form what the code does. */
      readonly url: string
      readonly lifetimeMinutes: number
    }
  | {
      readonly kind: 'notice'
      readonly notice: NoticeKind
      readonly username: string
      /** The `User-Agent` that it was done with. */
      readonly userAgent: string | undefined
      /** Where it was done. Absent: it is not told where and with what, since it was somebody else. */
      readonly network: string | undefined
      /** Why, in the words of who did it. */
      readonly reason?: string | undefined
      readonly at: number
      /** An absolute URL where "this wasn't me" locks the account. Absent where there is nothing to lock. */
      readonly lockUrl: string | undefined
      /** When the account goes. Absent: it stays, or goes at once. */
      readonly deleteAfter?: number | undefined
    }
  | {
      readonly kind: 'invitation'
      /** An absolute URL. */
      readonly url: string
      /** Whose invitation it is. Absent: this installation's. */
      readonly organization: string | undefined
      readonly lifetimeDays: number
    }
  /** That mails arrive, which an operator wants to see. */
  | { readonly kind: 'test' }
