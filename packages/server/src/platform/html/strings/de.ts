import type { Strings } from './strings.ts'

export const german: Strings = {
  login: {
    title: 'Anmelden',
    username: 'Benutzername',
    password: 'Passwort',
    submit: 'Anmelden',
    refused: 'Das passt nicht zusammen. Prüfen Sie Benutzername und Passwort.',
    incomplete: 'Geben Sie Benutzername und Passwort ein.',
    busy: 'Gerade melden sich zu viele an. Versuchen Sie es in ein paar Sekunden noch einmal.',
    throttled: 'Zu viele Versuche. Warten Sie etwas und versuchen Sie es dann noch einmal.',
    throttledUntil: (when) => `Zu viele Versuche. Versuchen Sie es ${when} noch einmal.`,
  },
  account: {
    title: 'Ihr Konto',
    username: 'Benutzername',
    email: 'E-Mail-Adresse',
    signedIn: 'Angemeldet',
    justNow: 'gerade eben',
    signOut: 'Abmelden',
    sessions: 'Wo Sie angemeldet sind',
    unknownDevice: 'Unbekanntes Gerät',
    thisSession: 'Diese Sitzung',
    lastUsed: 'Zuletzt benutzt',
    ends: (unused, latest) => `Endet ${unused}, wenn sie nicht benutzt wird, spätestens ${latest}.`,
    endSession: 'Sitzung beenden',
    endOthers: 'Alle anderen Sitzungen beenden',
    endAll: 'Überall abmelden',
  },
  authorization: {
    title: (client) => `${client} bittet um Zugriff`,
    signedInAs: 'Sie sind angemeldet als',
    switchAccount: 'Anderes Konto verwenden',
    wants: 'Die App darf dann',
    scopes: {
      openid: 'Wissen, dass Sie es sind',
      profile: 'Ihren Benutzernamen sehen',
      email: 'Ihre E-Mail-Adresse sehen',
      offline_access: 'Für Sie handeln, während Sie nicht da sind, bis Sie es beenden',
    },
    returnsTo: 'Danach geht es zurück zu',
    onThisDevice: 'Die App läuft auf diesem Gerät. Erlauben Sie es nur, wenn Sie sie gerade selbst gestartet haben.',
    allow: 'Erlauben',
    deny: 'Abbrechen',
    returning: 'Zurück zur App',
    continue: 'Weiter',
    toContinue: (client) => `Melden Sie sich an, um zu ${client} zu gelangen`,
    apps: 'Apps mit Zugriff',
    withdraw: 'Zugriff entziehen',
  },
  federation: {
    continueWith: (name) => `Weiter mit ${name}`,
    leaving: (name) => `Weiter zu ${name}`,
    failed: 'Sie sind nicht angemeldet',
    notices: {
      denied: (name) =>
        `${name} hat Sie nicht angemeldet. Versuchen Sie es noch einmal oder melden Sie sich anders an.`,
      expired: () =>
        'Diese Anmeldung ist vorbei: Sie hat zu lange gedauert, wurde schon benutzt oder begann in einem anderen Browser. Beginnen Sie von vorn.',
      stale: (name) =>
        `Die App möchte, dass Sie sich neu anmelden, und ${name} hat nicht bestätigt, dass Sie das getan haben. Nehmen Sie Ihr Passwort.`,
      refused: () => 'Dieses Konto kann sich hier nicht anmelden.',
      unknown: (name) =>
        `Hier ist kein Konto mit diesem Konto bei ${name} verbunden. Wenn Sie ein Konto haben, melden Sie sich an und verbinden Sie es auf Ihrer Kontoseite.`,
      taken: (name) => `Dieses Konto bei ${name} ist hier mit einem anderen Konto verbunden.`,
      last: (name) => `${name} ist der einzige Weg in Ihr Konto und bleibt deshalb verbunden.`,
    },
    back: 'Zurück',
    linkTitle: (name) => `${name} verbinden?`,
    linkReason: (name) =>
      `Hier gibt es ein Konto mit der E-Mail-Adresse, die ${name} genannt hat. Geben Sie einmal dessen Passwort ein; danach meldet ${name} Sie dort an.`,
    linkSubmit: 'Verbinden und anmelden',
    wrongPassword: 'Das passt nicht. Prüfen Sie das Passwort.',
    heading: 'Andere Wege, sich anzumelden',
    connect: (name) => `${name} verbinden`,
    disconnect: (name) => `${name} trennen`,
  },
  endSession: {
    title: (name) => `Von ${name} abmelden?`,
    asks: (client) => `${client} möchte Sie abmelden.`,
    effect: 'Das meldet Sie hier ab und in jeder App, bei der Sie sich mit diesem Browser angemeldet haben.',
    unregistered:
      'Die Adresse, zu der es weitergehen soll (post_logout_redirect_uri), ist für die App nicht registriert. Sie bleiben deshalb hier.',
    stay: 'Angemeldet bleiben',
    done: 'Sie sind abgemeldet',
    signInAgain: 'Wieder anmelden',
  },
  error: {
    incident: 'Vorfall',
    status: 'Status',
    words: {
      400: { title: 'Diese Anfrage ist nicht lesbar', sentence: 'Gehen Sie zurück und versuchen Sie es noch einmal.' },
      403: {
        title: 'Das ist nicht erlaubt',
        sentence:
          'Die Anfrage kam von einer anderen Website. Öffnen Sie die Seite hier und versuchen Sie es noch einmal.',
      },
      404: { title: 'Hier ist nichts', sentence: 'Prüfen Sie die Adresse.' },
      405: {
        title: 'Das geht hier nicht',
        sentence: 'Gehen Sie zurück und versuchen Sie es von der Seite aus noch einmal.',
      },
      413: {
        title: 'Das war zu viel',
        sentence: 'Die Eingabe ist größer, als diese Seite annimmt. Senden Sie weniger.',
      },
      415: {
        title: 'Dieses Format ist unbekannt',
        sentence: 'Gehen Sie zurück und senden Sie das Formular von der Seite aus.',
      },
      429: { title: 'Zu viele Anfragen', sentence: 'Warten Sie etwas und versuchen Sie es dann noch einmal.' },
      500: {
        title: 'Bei uns ist etwas schiefgegangen',
        sentence: 'Versuchen Sie es noch einmal. Wenn es wieder geschieht, melden Sie den Vorfall.',
      },
      503: { title: 'Gerade nicht verfügbar', sentence: 'Versuchen Sie es in ein paar Sekunden noch einmal.' },
    },
  },
}
