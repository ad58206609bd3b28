import type { Strings } from './strings.ts'

export const english: Strings = {
  login: {
    title: 'Sign in',
    username: 'User name',
    password: 'Password',
    submit: 'Sign in',
    refused: "That didn't match. Check the user name and password.",
    incomplete: 'Enter both the user name and the password.',
    busy: 'Too many people are signing in right now. Try again in a few seconds.',
    throttled: 'Too many attempts. Wait a little, then try again.',
    throttledUntil: (when) => `Too many attempts. Try again ${when}.`,
  },
  account: {
    title: 'Your account',
    username: 'User name',
    email: 'E-mail address',
    signedIn: 'Signed in',
    justNow: 'just now',
    signOut: 'Sign out',
    sessions: 'Where you are signed in',
    unknownDevice: 'Unknown device',
    thisSession: 'This session',
    lastUsed: 'Last used',
    ends: (unused, latest) => `Ends ${unused} unless it is used, ${latest} at the latest.`,
    endSession: 'End session',
    endOthers: 'End all other sessions',
    endAll: 'Sign out everywhere',
  },
  error: {
    incident: 'Incident',
    status: 'Status',
    words: {
      400: { title: "This request can't be read", sentence: 'Go back and try again.' },
      403: {
        title: "This isn't allowed",
        sentence: 'The request came from another site. Open the page here and try again.',
      },
      404: { title: 'There is nothing here', sentence: 'Check the address.' },
      405: { title: "This isn't possible here", sentence: 'Go back and try again from the page.' },
      413: { title: 'That was too much', sentence: 'What was sent is larger than this page accepts. Send less.' },
      415: { title: "This format isn't understood", sentence: 'Go back and send the form from the page.' },
      429: { title: 'Too many requests', sentence: 'Wait a little, then try again.' },
      500: {
        title: 'Something went wrong on our side',
        sentence: 'Try again. If it happens again, report the incident.',
      },
      503: { title: 'Not available right now', sentence: 'Try again in a few seconds.' },
    },
  },
}
