import type { overview as english } from '../en/overview.ts'
import { plural } from '../plural.ts'

function units(count: number, shown: string): string {
  return `${shown} ${plural('de', count, { one: 'Einheit', other: 'Einheiten' })}`
}

/** The text of overview, in German. */
export const overview: typeof english = {
  title: {
    nothing: 'Heute war es noch ruhig',
    given: (duration) => `Heute hast du anderen ${duration} lang geholfen`,
    got: (duration) => `Heute haben dir andere ${duration} lang geholfen`,
    both: (given, got) => `Heute hast du anderen ${given} lang geholfen, und andere dir ${got} lang`,
    unknown: 'Dein Netz heute',
  },
  today: {
    title: 'Heute',
    shared: 'Zeit geteilt',
    given: 'Anderen geholfen',
    got: 'Dir geholfen',
    givenHint: 'Prozessorzeit dieses PCs, die Arbeit für andere brauchte',
    gotHint: 'Prozessorzeit anderer PCs, die deine Arbeit brauchte',
    inUnits: units,
    sharedHint: 'Dieser PC war für andere da',
    hours: (hours) => `${hours}\u00a0h`,
    week: (label) => `${label} an jedem der letzten 7 Tage`,
    before: (value) => `gestern ${value}`,
  },
  month: {
    title: 'Die letzten 30 Tage',
    none: 'Noch nichts. Sobald dieser PC geteilt wird oder andere dir helfen, steht hier jeder Tag.',
    view: 'Zeigen',
    units: 'Einheiten',
    hours: 'Stunden',
    chart: {
      units: 'Einheiten nach Tagen. Mit den Pfeiltasten von Tag zu Tag.',
      hours: 'Geteilte Stunden nach Tagen. Mit den Pfeiltasten von Tag zu Tag.',
    },
    given: (count, shown) => `${units(count, shown)} für andere`,
    got: (count, shown) => `${units(count, shown)} für dich`,
    shared: (duration) => `${duration} geteilt`,
    nothing: 'Ein ruhiger Tag',
    table: 'Die letzten 30 Tage, der neueste zuerst',
    day: 'Tag',
    unitsGiven: 'Einheiten für andere',
    unitsGot: 'Einheiten für dich',
  },
  here: {
    title: 'Läuft gerade hier',
    none: {
      sharing: 'Gerade gibt es nichts zu tun. Dieser PC ist für andere bereit.',
      resting: 'Hier läuft gerade nichts.',
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
    paused: 'pausiert',
    done: (ago) => `fertig ${ago}`,
    progressOf: (name) => `Fortschritt von ${name}`,
  },
  mesh: {
    title: 'Dein Netz',
    open: 'Leute öffnen',
    none: 'Noch niemand',
  },
  suggestion: {
    label: 'Vorschlag',
    dismiss: 'Nicht jetzt',
    pair: {
      text: 'Du bist noch mit niemandem gekoppelt. Schon zwei PCs sind ein Netz.',
      action: 'Mit jemandem koppeln',
    },
    share: { text: 'Dieser PC wird nie geteilt.', action: 'Zeiten wählen' },
    answer: {
      text: (name, more) =>
        more === 0
          ? `${name} möchte sich mit dir koppeln.`
          : `${name} und ${more} ${plural('de', more, { one: 'weitere Person', other: 'weitere' })} möchten sich mit dir koppeln.`,
      action: 'Antworten',
    },
    raise: {
      text: (name) => `${name} vertraut dir mehr, als du ${name} vertraust. Willst du gleichziehen?`,
      action: 'Gleichziehen',
      raised: (name) => `Du vertraust ${name} so sehr, wie ${name} dir vertraut.`,
    },
  },
}
