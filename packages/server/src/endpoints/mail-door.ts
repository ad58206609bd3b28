import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ChallengeToIssue } from '../domain/email-challenges/issue-challenge.ts'
import type { ThrottleVerdict } from '../domain/throttle/check-throttle.ts'
import type { Queries, Transaction } from '../platform/database/database.ts'
import type { Language } from '../platform/html/language.ts'
import type { MailDoorWords } from '../platform/html/strings/strings.ts'
import type { MailingAct } from './email-flow-deps.ts'

/** Whom a mail is for that somebody asks for, and what they get. */
export type MailedPerson = Pick<ChallengeToIssue, 'accountId' | 'instead'> & {
  /** Where the mail goes, and what is proved by it. */
  readonly email: string
}

/** Where somebody who is not signed in asks for a mail: by one field they get a link and a code, and the code goes on there. */
export interface MailDoor {
  /** What it is for: also the purpose of its challenges. */
  readonly act: MailingAct
  /** What the one field is called on the wire. */
  readonly field: 'login' | 'email'
  /** The paths of the form, and of the form for the code. */
  readonly path: string
  readonly codePath: string
  /** The absolute URL of the page that the link opens. */
  readonly linkUrl: string
  readonly words: (language: Language) => MailDoorWords
  /** Whether it can be what is asked for, by its form alone. */
  readonly isFit: (typed: string) => boolean
  /** One statement, and never a refusal, whoever it is. */
  readonly findPerson: (
    sql: Queries,
    typed: string,
    about: { readonly request: FastifyRequest },
  ) => Promise<MailedPerson>
  /** Whether this network may ask once more, beside what counts at all doors. Absent: nothing further counts. */
  readonly admit?: (tx: Transaction, network: string) => Promise<ThrottleVerdict>
  /** Goes on in the browser, or for the program, that has typed the right code. */
  readonly takeProof: (request: FastifyRequest, reply: FastifyReply, proof: string) => Promise<FastifyReply>
}
