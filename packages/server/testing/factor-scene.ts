import { Secret } from 'otpauth'
import { addTotp } from '../src/domain/totp/totp.ts'
import { codeOfStep, stepOf } from '../src/domain/totp/totp-code.ts'
import type { EpochMilliseconds } from '../src/platform/clock/clock.ts'
import { randomSecret } from '../src/platform/random/random.ts'
import type { TestServer } from './test-server.ts'

/** An authenticator app, as a person has it. */
export interface Authenticator {
  /** What it shows at a moment. Default: the server's own. */
  code(moment?: EpochMilliseconds): string
}

/** The app of a person who types what a page of enrolment shows. */
export function readAuthenticator({ clock }: TestServer, pageText: string): Authenticator {
  const [, shown = ''] = /id="totp-secret" dir="ltr">([^<]+)</.exec(pageText) ?? []
  const secret = Secret.fromBase32(shown.replaceAll(' ', '')).bytes
  return { code: (moment = clock.now()) => codeOfStep(secret, stepOf(moment)) }
}

/** Gives an account an authenticator app, as the account page does; the server's clock must move on 30 seconds before its first code is good. */
export async function addAuthenticator({ running, clock }: TestServer, accountId: string): Promise<Authenticator> {
  const secret = Buffer.from(randomSecret(), 'base64url').subarray(0, 20)
  const { database, sealer } = running.installation
  const step = stepOf(clock.now()) - 2
  await database.write((tx) => addTotp(tx, sealer, { accountId, secret, step, network: '127.0.0.1' }))
  return { code: (moment = clock.now()) => codeOfStep(secret, stepOf(moment)) }
}
