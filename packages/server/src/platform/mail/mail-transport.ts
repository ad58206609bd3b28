/** A mailbox: an address that has been checked, and whose it is. */
export interface Mailbox {
  readonly name: string
  readonly address: string
}

/** A mail that is ready to go. */
export interface OutgoingMail {
  /** The part before the `@` of its Message-ID: the same at each attempt, so that a repetition can be told. */
  readonly id: string
  readonly at: Date
  readonly from: Mailbox
  readonly to: string
  /** A BCP 47 tag. */
  readonly language: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** How an attempt went. `answer` is what the server said: it may hold the address, so it is for an operator who asks and never for the log. */
export type SentMail =
  | { readonly outcome: 'accepted'; readonly answer: string }
  /** The server will not take this mail, however often it is sent. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly answer: string }
  /** No answer, one that may change, or one that is not about this mail. */
  | { readonly outcome: 'postponed'; readonly reason: string; readonly answer: string }

/** What mails leave by. */
export interface MailTransport {
  /** Makes one attempt. What goes wrong is an outcome. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SentMail>
  /** Ends its connections, also those in use. */
  close(): void
}
