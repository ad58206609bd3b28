import { ClientError } from './client-error.ts'

const NETWORK_PAUSE_MS = 500
const SERVER_PAUSE_MS = 1000
/** Longer waits are not for somebody who wants a token now. */
export const LONGEST_PAUSE_MS = 5000

/**
 * Tries a second time after a passing failure, and waits before as the server asks. At once, since an answer that got lost can be
 * repeated only within the server's reuse window.
 */
export async function retryOnce<Result>(attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await attempt()
  } catch (error) {
    const pause = error instanceof ClientError && error.isPassing ? pauseAfter(error) : Number.POSITIVE_INFINITY
    if (pause > LONGEST_PAUSE_MS) throw error
    // Jitter, so that a server that comes back isn't met by everybody in one moment.
    await new Promise((resolve) => setTimeout(resolve, pause * (1 + Math.random() / 4)))
    return attempt()
  }
}

function pauseAfter({ code, retryAfterSeconds }: ClientError): number {
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1000
  return code === 'network' ? NETWORK_PAUSE_MS : SERVER_PAUSE_MS
}
