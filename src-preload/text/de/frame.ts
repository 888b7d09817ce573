import type { Fault, RuleName } from '#contract'
import type { frame as english } from '../en/frame.ts'
import { plural } from '../plural.ts'

/** Why a rule pauses sharing; the reading where there is one. */
function pausedBecause(rule: RuleName, value?: string): string {
  switch (rule) {
    case 'in-use':
      return 'Pausiert, solange du den PC benutzt'
    case 'full-screen':
      return 'Pausiert, weil etwas im Vollbild läuft'
    case 'other-load':
      return value === undefined
        ? 'Pausiert, weil andere Programme viel rechnen'
        : `Pausiert, weil andere Programme ${value} dieses PCs brauchten`
    case 'on-battery':
      return value === undefined ? 'Pausiert im Akkubetrieb' : `Pausiert im Akkubetrieb (${value})`
    case 'low-battery':
      return value === undefined
        ? 'Pausiert, weil der Akku fast leer ist'
        : `Pausiert, weil der Akku fast leer ist (${value})`
    case 'metered':
      return 'Pausiert, weil dieses Netzwerk Geld kostet'
    case 'temperature':
      return value === undefined
        ? 'Pausiert, weil der PC heiß ist'
        : `Pausiert, weil der PC heiß ist (${value})`
  }
}

/** The meaning of a kind of fault; the node's own line in English follows. */
const faults: Record<Fault['kind'], string> = {
  malformed: 'Das lässt sich nicht lesen',
  oversized: 'Das ist zu groß',
  unsigned: 'Die Unterschrift stimmt nicht',
  stale: 'Das ist veraltet',
  'future-dated': 'Eine Uhr geht falsch',
  'not-canonical': 'Das lässt sich nicht lesen',
  'bad-input': 'Die Eingabe passt nicht',
  'unknown-job': 'Diesen Auftrag gibt es nicht mehr',
  'unknown-peer': 'Diese Person ist hier nicht bekannt',
  'unknown-algorithm': 'Diese Art von Arbeit ist hier nicht bekannt',
  'not-trusted': 'Dafür fehlt das Vertrauen',
  'invite-refused': 'Der Code wurde nicht angenommen',
  'too-busy': 'Gerade ist zu viel zu tun',
  cancelled: 'Abgebrochen',
  unsupported: 'Das kann dieser PC nicht',
  'blob-missing': 'Es fehlen Daten',
  'blob-corrupt': 'Daten sind beschädigt',
  'quota-exceeded': 'Der erlaubte Speicherplatz reicht nicht',
  unreachable: 'Nicht erreichbar',
  'timed-out': 'Es kam keine Antwort in der Zeit',
  'runner-lost': 'Der Rechenprozess ist verloren gegangen',
  'unit-failed': 'Die Einheit ist gescheitert',
  'module-refused': 'Das Modul wird nicht angenommen',
  trapped: 'Das Modul ist abgestürzt',
  'exit-code': 'Das Programm endete mit einem Fehler',
  'fuel-exhausted': 'Das Modul hat seine Rechenzeit aufgebraucht',
  'stack-exhausted': 'Das Modul ruft sich zu tief auf',
  'memory-exhausted': 'Der Speicher reicht nicht',
  undecided: 'Die Prüfenden sind sich nicht einig',
  'storage-failed': 'Speichern ist gescheitert',
  internal: 'Ein Fehler in Meshwork selbst',
  'disk-full': 'Die Festplatte ist voll',
  'not-opened': 'Der Schlüssel öffnet diese Daten nicht',
}

/** The text of the frame around all screens, in German. */
export const frame: typeof english = {
  appName: 'Meshwork',
  tabDone: 'Fertig',
  skipToContent: 'Zum Inhalt springen',
  navigation: 'Hauptnavigation',
  thisPc: 'Dieser PC',
  screens: {
    overview: 'Übersicht',
    jobs: 'Aufträge',
    sharing: 'Teilen',
    people: 'Leute',
    settings: 'Einstellungen',
  },
  status: {
    sharing: 'Teilt',
    sharingUntil: (time) => `Teilt bis ${time}`,
    diskFull: 'Pausiert: Die Festplatte ist voll',
    measuring: 'Misst, wie schnell dieser PC ist',
    off: 'Teilt nicht',
    outsideHours: 'Teilt gerade nicht',
    outsideHoursUntil: (time) => `Teilt erst wieder ${time}`,
    paused: 'Pausiert, bis du fortsetzt',
    pausedUntil: (time) => `Pausiert bis ${time}`,
    pausedBecause,
    finishing: 'Rechnet fertig, dann Pause',
    somebody: 'jemanden',
    both: (names) => names.join(' und '),
    andOthers: (names, more, written) =>
      `${names} und ${written} ${plural('de', more, { one: 'andere Person', other: 'andere' })}`,
    jobsRunning: (count, written) =>
      `${written} ${plural('de', count, { one: 'Auftrag', other: 'Aufträge' })} in Arbeit`,
    connecting: 'Verbindet mit diesem PC',
    lost: 'Verbindung zu diesem PC verloren',
  },
  pause: {
    button: 'Pause',
    resume: 'Fortsetzen',
    menuTitle: 'Nicht für andere rechnen',
    hours: (count) => `Für ${plural('de', count, { one: `${count} Stunde`, other: `${count} Stunden` })}`,
    untilResume: 'Bis ich fortsetze',
    finishFirst: 'Erst fertig rechnen, dann Pause',
    shareAnyway: 'Vorerst trotzdem teilen',
    paused: 'Pausiert. Was hier lief, geht zurück an andere.',
    resumed: 'Teilt wieder.',
    sharesAnyway: 'Teilt trotzdem, bis der Grund vorbei ist.',
    finishing: 'Nichts Neues beginnt. Was läuft, wird fertig gerechnet.',
  },
  connection: {
    lost: 'Verbindung zu diesem PC verloren, neuer Versuch läuft',
    refusedTitle: 'Dieser Link gilt nicht mehr',
    refusedText:
      'Ein Link zu Meshwork gilt einmal und läuft ab. Hol dir auf diesem PC mit der Zeile unten einen neuen und öffne ihn hier.',
    refusedAgain: 'Noch einmal versuchen',
    loading: 'Lädt',
  },
  shortcuts: {
    title: 'Tastenkürzel',
    goTo: (screen) => `Zu ${screen}`,
    help: 'Diese Liste zeigen',
    newRender: 'Neues Bild rendern',
    then: 'dann',
    close: 'Schließen',
  },
  common: {
    retry: 'Noch einmal versuchen',
    undo: 'Rückgängig',
    close: 'Schließen',
    cancel: 'Abbrechen',
    save: 'Speichern',
    copy: 'Kopieren',
    copied: 'Kopiert',
    loading: 'Lädt',
    failedTitle: 'Das hat nicht geklappt',
    of: (value, max) => `${value} von ${max}`,
    noData: 'nichts',
    sparkline: (values) => `Werte, älteste zuerst: ${values}`,
    notFound: 'Hier ist nichts',
    notFoundText: 'Die Adresse hat sich vielleicht geändert, oder was hier war, wurde entfernt.',
    toOverview: 'Zur Übersicht',
    crashed: 'Diese Ansicht funktioniert gerade nicht',
    crashedText: 'Das ist ein Fehler in Meshwork. Dein PC teilt weiter und deine Aufträge laufen weiter.',
    notLoaded: 'Dieser Teil konnte nicht geladen werden',
    notLoadedText: 'Dieser PC hat nicht geantwortet. Sobald er es tut, lädt die Seite von selbst neu.',
  },
  fault: (kind, detail) => `${faults[kind]}: ${detail}`,
  faultConnection: 'Die Verbindung zu diesem PC ging verloren, bevor er antwortete.',
  faultInput: (field, detail) =>
    field === '' ? `Die Eingabe passt nicht: ${detail}` : `Die Eingabe passt nicht (${field}): ${detail}`,
  faultUnknown: (detail) => `Meshwork konnte nicht antworten: ${detail}`,
  calendar: {
    earlier: 'Monat davor',
    later: 'Monat danach',
    anyTime: 'Egal wann',
    clear: 'Doch egal wann',
    done: 'Fertig',
    hours: 'Stunden',
    minutes: 'Minuten',
    tonight: 'Heute Abend',
    tomorrowMorning: 'Morgen früh',
    mondayMorning: 'Montag früh',
  },
}
