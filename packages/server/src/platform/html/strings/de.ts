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
  accountFrame: {
    navigation: 'Konto',
    skip: 'Zum Inhalt springen',
    areas: {
      overview: 'Übersicht',
      security: 'Sicherheit',
      activity: 'Aktivitäten',
      data: 'Ihre Daten',
      organizations: 'Organisationen',
    },
  },
  accountSecurity: {
    title: 'Sicherheit',
    lead: 'Wie Sie in Ihr Konto kommen.',
    password: 'Passwort',
    passwordSet: 'Festgelegt',
    noPassword: 'Es gibt kein Passwort.',
  },
  apiKeys: {
    title: 'API-Schlüssel',
    make: 'API-Schlüssel erstellen',
    purpose:
      'Ein Programm mit dem Schlüssel kann die API in Ihrem Namen benutzen. Erstellen Sie für jedes Programm einen eigenen, und halten Sie ihn geheim.',
    name: 'Wofür er ist',
    api: 'API und ihre Berechtigungen',
    scopes: 'Nur diese Berechtigungen (leer: alle der API)',
    lifetime: 'Er läuft ab nach',
    days: (days) => `${days} Tagen`,
    submit: 'Schlüssel erstellen',
    problem: 'Prüfen Sie den Namen und die Berechtigungen. Sie können höchstens 100 Schlüssel haben.',
    shownOnce: 'Das ist Ihr Schlüssel. Kopieren Sie ihn jetzt: Er wird nicht noch einmal angezeigt.',
    back: 'Zurück zu Ihrem Konto',
    made: 'Erstellt',
    neverUsed: 'Nie benutzt',
    expires: (when) => `Läuft ab ${when}`,
    expired: 'Abgelaufen',
    unending: 'Läuft nicht ab',
    revoke: 'Schlüssel widerrufen',
  },
  authorization: {
    title: (client) => `${client} bittet um Zugriff`,
    signedInAs: 'Sie sind angemeldet als',
    switchAccount: 'Anderes Konto verwenden',
    wants: 'Die App darf dann',
    scopes: {
      openid: 'Wissen, dass Sie es sind',
      profile: 'Ihren Namen, Benutzernamen und Ihr Profil sehen',
      email: 'Ihre E-Mail-Adresse sehen',
      phone: 'Ihre Telefonnummer sehen',
      address: 'Ihre Postanschrift sehen',
      offline_access: 'Für Sie handeln, während Sie nicht da sind, bis Sie es beenden',
    },
    returnsTo: 'Danach geht es zurück zu',
    unverified:
      'Diese App hat sich selbst angemeldet und ihren Namen selbst gewählt. Erlauben Sie es nur, wenn Sie wissen, woher sie kommt.',
    onThisDevice: 'Die App läuft auf diesem Gerät. Erlauben Sie es nur, wenn Sie sie gerade selbst gestartet haben.',
    allow: 'Erlauben',
    deny: 'Abbrechen',
    returning: 'Zurück zur App',
    continue: 'Weiter',
    toContinue: (client) => `Melden Sie sich an, um zu ${client} zu gelangen`,
    apps: 'Apps mit Zugriff',
    withdraw: 'Zugriff entziehen',
  },
  device: {
    title: 'Gerät verbinden',
    lead: 'Geben Sie den Code ein, den Ihr Gerät zeigt.',
    code: 'Gerätecode',
    unknown:
      'Dieser Code ist falsch oder gilt nicht mehr. Prüfen Sie ihn, oder beginnen Sie auf Ihrem Gerät noch einmal.',
    sameCode: 'Zeigt Ihr Gerät diesen Code?',
    askedFrom: 'Das Gerät ist im Netz',
    warning: 'Hat Ihnen jemand diesen Code geschickt? Dann brechen Sie ab: Wer das Gerät hat, wäre als Sie angemeldet.',
    allowed: 'Ihr Gerät ist verbunden',
    goBack: (client) =>
      `Gehen Sie zurück zu Ihrem Gerät, dort geht es mit ${client} weiter. Sie können diese Seite schließen.`,
    denied: 'Ihr Gerät ist nicht verbunden',
    nothingHappened: 'Es wurde nichts erlaubt. Sie können diese Seite schließen.',
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
  mails: {
    codes: {
      sign_up: {
        subject: (name) => `Registrierung bei ${name} abschließen`,
        lead: 'Geben Sie diesen Code dort ein, wo Sie sich registrieren.',
        button: 'Registrierung abschließen',
      },
      verify_email: {
        subject: (name) => `Bestätigen Sie Ihre E-Mail-Adresse für ${name}`,
        lead: 'Geben Sie diesen Code ein, um zu bestätigen, dass diese Adresse Ihnen gehört.',
        button: 'Adresse bestätigen',
      },
      change_email: {
        subject: (name) => `Bestätigen Sie Ihre neue E-Mail-Adresse für ${name}`,
        lead: 'Geben Sie diesen Code ein, damit dies die E-Mail-Adresse Ihres Kontos wird.',
        button: 'Neue Adresse bestätigen',
      },
      recover: {
        subject: (name) => `Zurück in Ihr Konto bei ${name}`,
        lead: 'Geben Sie diesen Code ein, um ein neues Passwort zu wählen.',
        button: 'Neues Passwort wählen',
      },
      log_in: {
        subject: (name) => `Anmelden bei ${name}`,
        lead: 'Geben Sie diesen Code dort ein, wo Sie sich anmelden.',
        button: 'Weiter anmelden',
      },
    },
    notices: {
      account_exists: {
        subject: (name) => `Sie haben schon ein Konto bei ${name}`,
        lead: 'Jemand, vielleicht Sie, wollte sich mit dieser Adresse registrieren. Sie hat schon ein Konto: Melden Sie sich dort an, oder wählen Sie ein neues Passwort, wenn Sie Ihres vergessen haben.',
      },
      email_changed: {
        subject: (name) => `Die E-Mail-Adresse Ihres Kontos bei ${name} wurde geändert`,
        lead: 'Ihr Konto hat jetzt eine andere E-Mail-Adresse. Mails dazu gehen von nun an dorthin.',
      },
      factor_added: {
        subject: (name) => `Ihr Konto bei ${name} hat einen zweiten Schritt bekommen`,
        lead: 'Beim Anmelden kann von nun an ein zweiter Schritt verlangt werden.',
      },
      factor_removed: {
        subject: (name) => `Ein zweiter Schritt wurde aus Ihrem Konto bei ${name} entfernt`,
        lead: 'Beim Anmelden wird dieser zweite Schritt nicht mehr verlangt.',
      },
      new_device: {
        subject: (name) => `Neue Anmeldung in Ihrem Konto bei ${name}`,
        lead: 'Jemand hat sich in Ihrem Konto auf einem Gerät angemeldet, auf dem es zuletzt nicht benutzt wurde.',
      },
      passkey_added: {
        subject: (name) => `Ihr Konto bei ${name} hat einen neuen Passkey`,
        lead: 'Wer diesen Passkey hat, kann sich in Ihrem Konto anmelden.',
      },
      passkey_removed: {
        subject: (name) => `Ein Passkey wurde aus Ihrem Konto bei ${name} entfernt`,
        lead: 'Mit diesem Passkey kann sich niemand mehr in Ihrem Konto anmelden.',
      },
      password_changed: {
        subject: (name) => `Das Passwort Ihres Kontos bei ${name} wurde geändert`,
        lead: 'Ihr Konto hat ein neues Passwort. Das alte gilt nicht mehr.',
      },
      recovery_used: {
        subject: (name) => `Ihr Konto bei ${name} wurde wiederhergestellt`,
        lead: 'Jemand ist ohne das Passwort wieder in Ihr Konto gekommen.',
      },
      deletion_requested: {
        subject: (name) => `Ihr Konto bei ${name} wird gelöscht`,
        lead: 'Jemand möchte Ihr Konto löschen. Bis dahin können Sie sich anmelden und es behalten.',
      },
      deletion_cancelled: {
        subject: (name) => `Ihr Konto bei ${name} bleibt`,
        lead: 'Ihr Konto wird nicht gelöscht.',
      },
    },
    invitation: {
      subject: (name) => `Sie sind eingeladen: ${name}`,
      lead: 'Öffnen Sie die Seite, um die Einladung anzunehmen.',
      button: 'Einladung annehmen',
    },
    invitationBy: (organization) => `Die Einladung kommt von ${organization}.`,
    code: 'Ihr Code',
    validFor: (span) => `Gültig: ${span}.`,
    written: 'Oder öffnen Sie diese Adresse:',
    unasked:
      'Sie haben nicht darum gebeten? Dann tun Sie nichts: Ohne den Code geschieht nichts. Sagen Sie ihn niemandem.',
    account: 'Konto',
    when: 'Zeit',
    device: 'Gerät',
    network: 'Netz',
    unknownDevice: 'Unbekanntes Gerät',
    lockLead:
      'Wenn Sie das nicht waren, sperren Sie das Konto: Alle Sitzungen enden, und niemand kann sich anmelden, bis Sie ein neues Passwort wählen.',
    lock: 'Das war ich nicht',
    sentBy: (name) => `Gesendet von ${name}. Antworten auf diese Mail werden nicht gelesen.`,
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
