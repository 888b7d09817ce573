import type { overview as english } from '../en/overview.ts'
import { plural } from '../plural.ts'

function units(count: number, shown: string): string {
  return `${shown} ${plural('de', count, { one: 'Einheit', other: 'Einheiten' })}`
}

/** The text of overview, in German. */
export const overview: typeof english = {
  title: {
    nothing: 'Heute wurde noch nichts gerechnet',
    given: (count, shown) => `Heute ${units(count, shown)} für andere gerechnet`,
    got: (count, shown) => `Heute haben andere ${units(count, shown)} für dich gerechnet`,
    both: (given, got) => `Heute ${given} Einheiten für andere, ${got} von anderen für dich`,
    unknown: 'Dein Netz heute',
  },
  today: {
    title: 'Heute',
    shared: 'Zeit geteilt',
    given: 'Einheiten gegeben',
    got: 'Einheiten bekommen',
    givenHint: 'Hier für andere gerechnet',
    gotHint: 'Von anderen für dich gerechnet',
    sharedHint: 'Dieser PC war für andere da',
    hours: (hours) => `${hours} h`,
    week: (label) => `${label} an jedem der letzten 7 Tage`,
    before: (value) => `gestern ${value}`,
  },
  month: {
    title: 'Die letzten 30 Tage',
    none: 'Noch wurde nichts gegeben oder bekommen. Sobald dieser PC geteilt wird oder ein Auftrag von dir läuft, steht hier jeder Tag.',
    view: 'Was gezeichnet wird',
    units: 'Einheiten',
    hours: 'Stunden',
    chart: {
      units: 'Einheiten nach Tagen. Mit den Pfeiltasten von Tag zu Tag.',
      hours: 'Geteilte Stunden nach Tagen. Mit den Pfeiltasten von Tag zu Tag.',
    },
    given: (count, shown) => `${units(count, shown)} für andere`,
    got: (count, shown) => `${units(count, shown)} für dich`,
    shared: (duration) => `${duration} geteilt`,
    nothing: 'Nichts wurde gerechnet',
    table: 'Die letzten 30 Tage, der neueste zuerst',
    day: 'Tag',
  },
  here: {
    title: 'Läuft gerade hier',
    none: {
      sharing: 'Im Augenblick gibt es nichts zu tun. Dieser PC ist für andere bereit.',
      resting: 'Hier läuft nichts.',
    },
    own: 'Dein eigener Auftrag',
    for: (name) => `Für ${name}`,
    somebody: 'jemand anderen',
    left: (duration) => `noch ${duration}`,
    since: (duration) => `seit ${duration}`,
    partByPart: 'Stück für Stück',
    starting: 'beginnt',
    more: (count) => `und ${units(count, String(count))} mehr`,
    unit: (index) => `Einheit ${index}`,
    progress: (what) => `Fortschritt von ${what}`,
  },
  jobs: {
    title: 'Deine Aufträge',
    all: 'Alle Aufträge',
    none: 'Keiner deiner Aufträge läuft.',
    start: 'Einen Auftrag starten',
    progress: (done, all) => `${done} von ${all} Einheiten`,
    left: (duration) => `noch ${duration}`,
    waiting: 'wartet auf die erste Einheit',
    paused: 'angehalten',
    done: (ago) => `fertig ${ago}`,
    progressOf: (name) => `Fortschritt von ${name}`,
  },
  mesh: {
    title: 'Dein Netz',
    open: 'Personen öffnen',
    none: 'Noch niemand',
  },
  suggestion: {
    label: 'Vorschlag',
    dismiss: 'Nicht jetzt',
    pair: {
      text: 'Du bist mit niemandem verbunden. Zwei PCs sind ein Netz.',
      action: 'Mit jemandem verbinden',
    },
    share: { text: 'Dieser PC wird zu keiner Zeit geteilt.', action: 'Zeiten wählen' },
    answer: {
      text: (name, more) =>
        more === 0
          ? `${name} möchte sich mit dir verbinden.`
          : `${name} und ${more} ${plural('de', more, { one: 'weitere Person', other: 'weitere' })} möchten sich mit dir verbinden.`,
      action: 'Antworten',
    },
    raise: {
      text: (name) => `${name} vertraut dir mehr, als du ${name} vertraust. Willst du gleichziehen?`,
      action: 'Gleichziehen',
      raised: (name) => `Du vertraust ${name} so sehr, wie ${name} dir vertraut.`,
    },
  },
}
