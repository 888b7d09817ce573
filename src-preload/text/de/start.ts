import type { start as english } from '../en/start.ts'
import { plural } from '../plural.ts'

/** The text of start, in German. */
export const start: typeof english = {
  title: 'Willkommen bei Meshwork',
  steps: 'Drei Schritte, die sich alle später ändern lassen',
  step: (now, all) => `Schritt ${now} von ${all}`,
  back: 'Zurück',
  next: 'Weiter',
  skip: 'Überspringen',
  finish: 'Fertig',
  pc: {
    title: 'Dieser PC',
    sentence: 'Das können deine Personen nutzen, wenn du sie lässt.',
    cores: (cores) => `${cores} ${plural('de', cores, { one: 'Kern', other: 'Kerne' })}`,
    processor: 'Prozessor',
    memory: 'Speicher',
    graphics: 'Grafik',
    noGraphics: 'Keine nutzbare gefunden; Rendern geht auch ohne',
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
    nameHint: 'So heißt er bei deinen Personen.',
    namePlaceholder: 'Zum Beispiel: Studio',
    nameEmpty: 'Ein PC braucht einen Namen.',
  },
  when: {
    title: 'Wann teilen',
    sentence: 'Deine eigene Arbeit geht immer vor. Anhalten ist jederzeit ein Klick.',
    label: 'Wann dieser PC geteilt wird',
    preset: {
      idle: 'Wenn ich weg bin',
      nights: 'Nachts',
      always: 'Immer',
      choose: 'Ich wähle selbst',
    },
    hint: {
      idle: 'Nachts, und immer wenn Maus und Tastatur 5 Minuten lang ruhen. Bist du zurück, hört es sofort auf.',
      nights: (from, to) => `Jede Nacht von ${from} bis ${to}.`,
      always: 'Rund um die Uhr, auch während du ihn benutzt. Ein Kern bleibt frei.',
      choose: 'Nichts wird geteilt, bis du deine eigene Woche gemalt hast; sie öffnet sich danach.',
    },
    idleUnreadable:
      'Wir können nicht erkennen, wann du diesen PC benutzt; so würde er rund um die Uhr geteilt. Nachts passt vielleicht besser.',
    custom:
      'Du hast schon eigene Zeiten eingestellt. Sie bleiben, wie sie sind, solange du hier nichts wählst.',
    rules: 'Hält von selbst an: auf Akku, bei Vollbild und wenn andere Programme viel rechnen.',
  },
  whom: {
    title: 'Mit wem',
    sentence:
      'Meshwork arbeitet mit Personen, die du kennst. Verbinde dich jetzt mit der ersten, oder später.',
    paired: (name) => `Du bist mit ${name} verbunden.`,
    later: 'Das geht jederzeit unter Personen.',
  },
}
