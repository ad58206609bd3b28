// The page of an app that runs in a browser: oidc-client-ts as its readme has it. What it came to is kept for the test to read.
import { type User, UserManager, type UserManagerSettings } from 'oidc-client-ts'

declare global {
  interface Window {
    settings: UserManagerSettings
    /** Each user that was loaded: by the callback first, then by each renewal. */
    loadedUsers: User[]
    failures: string[]
    isRenewed: boolean
    isSignedOut: boolean
  }
}

const manager = new UserManager(window.settings)
Object.assign(window, { loadedUsers: [], failures: [], isRenewed: false, isSignedOut: false })

manager.events.addUserLoaded((user) => {
  window.loadedUsers.push(user)
})
manager.events.addSilentRenewError(note)
document.getElementById('sign-in')?.addEventListener('click', () => manager.signinRedirect().catch(note))
document.getElementById('sign-out')?.addEventListener('click', () => signOut().catch(note))
document.getElementById('renew-in-frame')?.addEventListener('click', () => renewInFrame().catch(note))
document.getElementById('sign-in-by-popup')?.addEventListener('click', () => manager.signinPopup().catch(note))
if (location.search) manager.signinCallback().catch(note)

async function signOut(): Promise<void> {
  manager.stopSilentRenew()
  await manager.revokeTokens()
  await manager.removeUser()
  window.isSignedOut = (await manager.getUser()) === null
}

/** As an app without a refresh token renews. */
async function renewInFrame(): Promise<void> {
  manager.stopSilentRenew()
  await manager.signinSilent({ forceIframeAuth: true })
  window.isRenewed = true
}

function note(failure: unknown): void {
  window.failures.push(String(failure))
}
