import type { TokenStorage } from '@ostiary/client'

const KEY = 'ostiary.console.refresh'

/**
 * Keeps the refresh token in this tab's memory. Only while one page follows another, as at a reload, does it rest in the tab's own
 * storage: so a tab that is duplicated takes no copy along, which would look like a stolen one to the server.
 */
export function createTabStorage(): TokenStorage {
  let held = take()
  addEventListener('pagehide', () => {
    if (held !== undefined) sessionStorage.setItem(KEY, held)
  })
  // Out of the browser's cache of pages: this page goes on where it was.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) held = take() ?? held
  })
  return {
    load: () => held,
    save: (refreshToken) => {
      held = refreshToken
    },
    clear: () => {
      held = undefined
    },
  }
}

function take(): string | undefined {
  const kept = sessionStorage.getItem(KEY) ?? undefined
  sessionStorage.removeItem(KEY)
  return kept
}
