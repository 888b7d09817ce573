import type { RuleName } from '#contract'
import type { sharing as english } from '../en/sharing.ts'
import { plural } from '../plural.ts'

type Days = Parameters<typeof english.phrase>[0]

function phrase(days: Days, hours?: string): string {
  const all = hours === undefined
  switch (days.kind) {
    case 'every-day':
      return all ? 'täglich rund um die Uhr' : `täglich ${hours}`
    case 'weekdays':
      return all ? 'montags bis freitags ganztägig' : `montags bis freitags ${hours}`
    case 'weekends':
      return all ? 'das ganze Wochenende' : `am Wochenende ${hours}`
    case 'except':
      return all ? `täglich außer ${days.name}, rund um die Uhr` : `täglich außer ${days.name} ${hours}`
    case 'days':
      return all ? `${days.names} ganztägig` : `${days.names} ${hours}`
  }
}

/** The current reading of a rule, without whether it pauses. */
function reading(rule: RuleName, isBothered: boolean, value?: string): string {
  switch (rule) {
    case 'in-use':
      return value === undefined ? 'Niemand sitzt davor' : `Zuletzt benutzt vor ${value}`
    case 'full-screen':
      return isBothered ? 'Etwas läuft im Vollbild' : 'Nichts läuft im Vollbild'
    case 'other-load':
      return value === undefined ? 'CPU anderer Programme' : `CPU anderer Programme: ${value}`
    case 'on-battery':
      return isBothered
        ? value === undefined
          ? 'Akkubetrieb'
          : `Akkubetrieb: ${value}`
        : value === undefined
          ? 'Am Netzteil'
          : `Am Netzteil: ${value}`
    case 'low-battery':
      return value === undefined ? 'Akku' : `Akku: ${value}`
    case 'metered':
      return isBothered ? 'Dieses Netzwerk kostet Geld' : 'Dieses Netzwerk kostet nichts extra'
    case 'temperature':
      return value === undefined ? 'Prozessor' : `Prozessor: ${value}`
  }
}

/** The text of sharing, in German. */
export const sharing: typeof english = {
  title: {
    never: 'Nichts wird geteilt',
    always: (amount) => `Rund um die Uhr geteilt; ${amount}`,
    noHours: 'Noch sind keine Stunden gewählt, also wird nichts geteilt',
    week: (phrases, amount) => `Geteilt ${phrases}; ${amount}`,
    many: (hours, stretches, amount) =>
      `${hours} Stunden pro Woche geteilt, in ${stretches} ${plural('de', stretches, { one: 'Abschnitt', other: 'Abschnitten' })}; ${amount}`,
    slots: (count) =>
      plural('de', count, {
        one: 'Geteilt in einem Zeitfenster, das meshctl gesetzt hat',
        other: `Geteilt in ${count} Zeitfenstern, die meshctl gesetzt hat`,
      }),
    cores: (cores, of) => `${cores} von ${of} ${plural('de', of, { one: 'Kern', other: 'Kernen' })}`,
  },
  phrase,
  now: {
    since: (words, time) => `${words}, seit ${time}`,
    ownJobs: 'Deine eigenen Aufträge laufen weiter.',
  },
  saved: {
    saving: 'Wird gespeichert',
    saved: 'Gespeichert',
    refused: (why) => `Nicht gespeichert: ${why}`,
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    undoKeys: 'Rückgängig (Strg+Z)',
    redoKeys: 'Wiederholen (Strg+Umschalt+Z)',
  },
  mode: {
    title: 'Wann dieser PC geteilt wird',
    never: 'Nie',
    neverText: 'Hier laufen nur deine eigenen Aufträge.',
    always: 'Immer',
    alwaysText: 'Rund um die Uhr, außer du pausierst.',
    week: 'Nach Wochenplan',
    weekText: 'In den Stunden, die du wählst.',
    slots: 'Gerade gelten Zeitfenster, die mit meshctl gesetzt wurden. Was du hier wählst, ersetzt sie.',
  },
  grid: {
    label: 'Geteilte Stunden der Woche',
    hint: 'Ziehe über freie Zeit, um sie zu teilen, über geteilte, um sie zurückzunehmen. Ein Klick auf einen Block zeigt Einzelheiten.',
    keys: 'Pfeiltasten bewegen, Umschalt erweitert, Leertaste teilt oder nimmt zurück, Eingabe öffnet einen Block, Entf nimmt zurück.',
    view: 'Ansicht',
    asGrid: 'Raster',
    asList: 'Liste',
    day: 'Tag',
    cell: (day, from, to, isShared) => `${day} ${from} bis ${to}, ${isShared ? 'geteilt' : 'nicht geteilt'}`,
    now: (time) => `Es ist ${time}`,
    painting: (what) => `Teilen: ${what}`,
    erasing: (what) => `Zurücknehmen: ${what}`,
    hours: (from, to) => `${from}–${to}`,
    dayRange: (first, last) => `${first} bis ${last}`,
    dayHours: (days, hours) => `${days} ${hours}`,
    perWeek: (hours) => `${hours} Stunden pro Woche`,
    presets: 'Vorlagen',
    presetNames: {
      nights: 'Nachts, 22:00–07:00',
      weekends: 'Wochenenden',
      'nights-and-weekends': 'Nachts und am Wochenende',
      always: 'Immer',
    },
    clear: 'Woche leeren',
    cleared: 'Die Woche wurde geleert',
    replaced: 'Die Woche wurde ersetzt',
    copyDay: 'Tag kopieren',
    copyFrom: 'Kopiere, was beginnt am',
    copyTo: 'auf',
    copyWeekdays: 'Werktage',
    copyAll: 'Alle Tage',
    copyDo: 'Kopieren',
    timeZone: 'Zeitzone',
    timeZoneHere: (zone) => `${zone} (dieser PC)`,
    timeZoneNone: 'Keine solche Zeitzone',
    skipped: (from, to, date) =>
      `Die Uhr wird vorgestellt: Die Zeit von ${from} bis ${to} entfällt am ${date} und wird nicht geteilt.`,
    repeated: (from, to, date) =>
      `Die Uhr wird zurückgestellt: Die Zeit von ${from} bis ${to} kommt am ${date} zweimal und wird beide Male geteilt.`,
  },
  block: {
    label: (when) => `Geteilt ${when}`,
    open: (when) => `Einzelheiten zu ${when}`,
    from: 'Von',
    to: 'Bis',
    nextDay: 'tags darauf',
    own: 'Anders als sonst',
    usual: 'So viel wie immer, siehe „Wie viel geteilt wird“',
    kinds: 'Arten von Arbeit',
    kindsNone: 'Wähle mindestens eine, sonst läuft in diesem Block nichts.',
    priority: 'Hat Vorrang',
    remove: 'Zurücknehmen',
    removed: 'Der Block wurde zurückgenommen',
    sameForAll: 'Für alle Blöcke',
    done: 'Fertig',
    add: 'Stunden hinzufügen',
    empty: 'Noch keine Stunden. Füge welche hinzu oder wähle eine Vorlage.',
    listLabel: 'Geteilte Stunden als Liste',
    row: (day) => `Stunden am ${day}`,
  },
  resources: {
    title: 'Wie viel geteilt wird',
    cores: 'Prozessor',
    coresHelp: 'Arbeit für andere nutzt höchstens so viele Kerne auf einmal. Der Rest bleibt für dich frei.',
    coresValue: (cores, of) => `${cores} von ${of} Kernen`,
    coresAlone: (count, written) => `${written} ${plural('de', count, { one: 'Kern', other: 'Kerne' })}`,
    memory: 'Arbeitsspeicher',
    memoryHelp: 'Arbeit, die mehr Speicher braucht, wird nicht angenommen.',
    gpu: 'Grafikspeicher',
    gpuHelp: 'Für Arbeit auf der Grafikkarte. Bei „Nichts“ wird sie nicht geteilt.',
    disk: 'Festplatte',
    diskHelp: 'Arbeit, die mehr Platz braucht, wird nicht angenommen. Bei „Nichts“ nur Arbeit ohne Dateien.',
    none: 'Nichts',
    of: (value, max) => `${value} von ${max}`,
    priority: 'Reihenfolge',
    priorityHelp: 'Überschneiden sich geteilte Zeiten, geht Arbeit dorthin, wo dies am höchsten ist.',
    priorities: { low: 'Nach anderen', normal: 'Normal', high: 'Zuerst' },
  },
  exceptions: {
    title: 'Tage, die anders sind',
    intro: 'An diesen Tagen gelten andere Stunden. Eine Nacht vom Vortag geht noch zu Ende.',
    add: 'Tag hinzufügen',
    empty:
      'Noch keine. Füge einen Tag hinzu, an dem du den PC selbst brauchst, oder einen, an dem du ihn nicht brauchst.',
    pick: 'Datum wählen',
    notShared: 'Nicht geteilt',
    otherHours: 'Andere Stunden',
    allDay: 'Ganztägig',
    addHours: 'Stunden hinzufügen',
    remove: (date) => `${date} entfernen`,
    removed: (date) => `${date} ist wieder wie jede Woche`,
    past: 'vorbei',
    kind: (date) => `Was am ${date} geteilt wird`,
    full: (most) => `Höchstens ${most} Tage.`,
    hoursOn: (date) => `Stunden am ${date}`,
    removeHours: (hours) => `${hours} entfernen`,
  },
  rules: {
    title: 'Nur wenn es mich nicht stört',
    intro: 'Das Teilen pausiert, solange etwas davon zutrifft. Laufende Arbeit geht sofort zurück.',
    names: {
      'in-use': 'Solange jemand den PC benutzt',
      'full-screen': 'Solange etwas im Vollbild läuft',
      'other-load': 'Solange andere Programme viel rechnen',
      'on-battery': 'Im Akkubetrieb',
      'low-battery': 'Wenn der Akku schwach ist',
      metered: 'In Netzwerken, die Geld kosten',
      temperature: 'Wenn der Prozessor heiß ist',
    },
    help: {
      'in-use': 'Es geht weiter, wenn so lange niemand Maus oder Tastatur berührt hat.',
      'full-screen': 'Ein Spiel, ein Film oder ein Vortrag.',
      'other-load':
        'Der Anteil aller Kerne, den andere Programme brauchen. Die Arbeit von Meshwork zählt nicht.',
      'on-battery': 'Solange der PC nicht am Netzteil hängt.',
      'low-battery': 'Es geht weiter, wenn die Ladung 5 % darüber liegt, auch am Netzteil.',
      metered: 'Netzwerke, die das System getaktet nennt, etwa das eines Telefons.',
      temperature: 'Es geht weiter, wenn er 5 °C kühler ist.',
    },
    threshold: {
      'in-use': 'bis er in Ruhe gelassen wird, seit',
      'other-load': 'über',
      'low-battery': 'bei höchstens',
      temperature: 'über',
    },
    minutes: 'min',
    percent: '%',
    celsius: '°C',
    reading,
    fine: 'in Ordnung',
    pauses: 'pausiert das Teilen',
    off: 'aus',
    notWatched: 'Nicht beobachtet',
    unreadable: 'Das können wir auf diesem PC nicht erkennen',
    overridden: (until) => `trotzdem geteilt bis ${until}`,
    since: (time) => `seit ${time}`,
    shareAnyway: 'Vorerst trotzdem teilen',
    waiting: 'Noch nicht gelesen',
    about: (rule) => `Über: ${rule}`,
  },
  limits: {
    title: 'Grenzen',
    intro: 'Wie viel auch geteilt wird: Arbeit für andere nimmt nie mehr als das.',
    cpu: 'Prozessorzeit',
    cpuHelp:
      'Wie viel von jedem geteilten Kern Arbeit für andere nutzen darf. Weniger hält den Lüfter leise, dauert aber länger.',
    cpuMeter: (units, others) => `Meshwork ${units}, andere ${others}`,
    cpuMeterAlone: (units) => `Meshwork ${units}`,
    memory: 'Arbeitsspeicher',
    memoryHelp: 'Alle Einheiten zusammen. Ohne Grenze so viel, wie geteilt wird.',
    disk: 'Festplatte',
    diskHelp: 'Szenen, Ergebnisse und was andere holen dürfen. Alte Dateien machen neuen Platz.',
    upload: 'Hochladen',
    uploadHelp: 'Zu anderen: Ergebnisse und Szenen deiner Aufträge.',
    download: 'Herunterladen',
    downloadHelp: 'Von anderen: Szenen und Ergebnisse deiner Aufträge.',
    limit: 'Grenze',
    noLimit: 'Keine Grenze',
    limitOf: (what) => `Grenze für ${what}`,
    nowOf: (value, max) => `jetzt ${value} von ${max}`,
    now: (value) => `jetzt ${value}`,
    ofCores: 'jedes geteilten Kerns',
    meter: (what) => `${what} gerade`,
    waiting: 'noch nicht gemessen',
    gigabytes: 'GB',
    megabytesPerSecond: 'MB/s',
  },
}
