import type { thanks as english } from '../en/thanks.ts'
import { plural } from '../plural.ts'

/** The text of help between people, and of thanks for it, in German. */
export const thanks: typeof english = {
  label: 'Hilfe von anderen',
  took: (sentence) => `${sentence}.`,
  tookAlone: (sentence, alone) => `${sentence}; auf diesem PC allein wären es etwa ${alone} gewesen.`,
  gave: (name, duration) => `${name} gab ${duration}`,
  gaveMoment: (name) => `${name} half einen Moment`,
  others: (count, written, duration) =>
    `${written} ${plural('de', count, { one: 'andere Person gab', other: 'andere gaben' })} ${duration}`,
  helpers: (list) => `${list}.`,
  gaveHint: 'Prozessorzeit ihrer PCs, nach deren eigener Angabe',
  thankOne: (name) => `${name} danken`,
  thankAll: 'Allen danken',
  thanked: 'Gedankt',
  dismiss: 'Weglegen',
  report: {
    label: 'Was dieser PC für andere getan hat',
    helped: (name, what, when) => `Dein PC hat ${name} ${when} bei ${what} geholfen`,
    lastNight: 'letzte Nacht',
    since: (time) => `seit ${time}`,
    duration: (duration) => `${duration} Prozessorzeit`,
    thanks: (name) => `${name} sagt danke`,
    thanksTimes: (name, count, written) =>
      `${name} sagt danke für ${written} ${plural('de', count, { one: 'Auftrag', other: 'Aufträge' })}`,
    pictureOf: (name) => `Ein Bild von ${name}, an dem dieser PC gearbeitet hat`,
  },
}
