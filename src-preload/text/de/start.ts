import type { start as english } from '../en/start.ts'
import { plural } from '../plural.ts'

/** The text of start, in German. */
export const start: typeof english = {
  title: 'Willkommen bei Meshwork',
  steps: 'Drei Schritte. Alles lässt sich später ändern.',
  step: (now, all) => `Schritt ${now} von ${all}`,
  back: 'Zurück',
  next: 'Weiter',
  skip: 'Überspringen',
  skipHint: 'Übernimmt die Vorschläge. Du kannst sie später ändern.',
  finish: 'Fertig',
  tryIt: 'Ein erstes Bild rendern',
  pc: {
    title: 'Dieser PC',
    sentence: 'Das können deine Leute nutzen, wenn du sie lässt.',
    cores: (cores) => `${cores} ${plural('de', cores, { one: 'Kern', other: 'Kerne' })}`,
    processor: 'Prozessor',
    memory: 'Speicher',
    graphics: 'Grafik',
    noGraphics: 'Keine nutzbare Grafikkarte gefunden; Rendern geht auch ohne',
    graphicsMemory: (bytes) => `${bytes} eigener Speicher`,
    disk: 'Festplatte',
    diskFree: (free, total) => `${free} frei von ${total}`,
    speed: 'Tempo',
    measuring: 'Eine kurze Messung läuft…',
    grade: {
      slow: 'Ein bescheidener PC: trotzdem nützlich.',
      usual: 'So schnell wie ein üblicher PC.',
      fast: 'Ein schneller PC: Seine Kerne schlagen die meisten anderen.',
    },
    name: 'Name dieses PCs',
    nameHint: 'So heißt er bei deinen Leuten.',
    namePlaceholder: 'Zum Beispiel: Studio',
    nameEmpty: 'Ein PC braucht einen Namen.',
  },
  when: {
    title: 'Wann teilen',
    sentence: 'Deine eigene Arbeit geht immer vor. Pausieren ist jederzeit ein Klick.',
    label: 'Wann dieser PC geteilt wird',
    preset: {
      idle: 'Wenn ich weg bin',
      nights: 'Nachts',
      always: 'Immer',
      choose: 'Ich wähle selbst',
    },
    hint: {
      idle: 'Nachts, und immer wenn du 5 Minuten lang weder Maus noch Tastatur benutzt. Bist du zurück, hört es sofort auf.',
      nights: (from, to) => `Jede Nacht von ${from} bis ${to}.`,
      always: 'Rund um die Uhr, auch während du ihn benutzt. Ein Kern bleibt frei.',
      choose: 'Nichts wird geteilt, bis du deine eigene Woche gemalt hast. Sie öffnet sich als Nächstes.',
    },
    idleUnreadable:
      'Wir können nicht erkennen, wann du diesen PC benutzt; so würde er rund um die Uhr geteilt. „Nachts“ passt vielleicht besser.',
    never: 'Bisher wird nichts geteilt. Das bleibt so, wenn du hier nichts wählst.',
    custom:
      'Du hast schon eigene Zeiten eingestellt. Sie bleiben, wie sie sind, solange du hier nichts wählst.',
    rules: 'Macht von selbst Pause: im Akkubetrieb, bei Vollbild und wenn andere Programme viel rechnen.',
  },
  whom: {
    title: 'Mit wem',
    sentence: 'Meshwork arbeitet mit Leuten, die du kennst. Kopple dich jetzt mit jemandem, oder später.',
    paired: (name) => `Du bist mit ${name} gekoppelt.`,
    later: 'Das geht jederzeit unter „Leute“.',
  },
}
