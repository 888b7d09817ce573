import { plural } from '../../plural.ts'
import type { noop as english } from '../../en/job-kinds/noop.ts'

/** The text of jobs whose units do nothing, in German. */
export const noop: typeof english = {
  work: 'Das Netz testen',
  here: 'Ein Test',
  hereFor: (who) => `Testet für ${who}`,
  took: (count, written, duration) =>
    count === 1
      ? `Dein Auftrag hat ${duration} gedauert`
      : `Deine ${written} Aufträge haben ${duration} gedauert`,
  helpedWith: (count, written) => `${written} ${plural('de', count, { one: 'Auftrag', other: 'Aufträgen' })}`,
  start: 'Das Netz testen',
  newJob: 'Neuer Test',
  invite: 'Teste dein Netz mit Einheiten, die nichts tun',
  title: 'Wie groß soll der Test sein?',
  about: 'Jede Einheit gibt ihre Nummer zurück und rechnet nichts. So wird nur das Netz erprobt.',
  units: 'Einheiten',
  unitsWrong: (max) => `Eine ganze Zahl von 1 bis ${max}.`,
  checks: 'PCs, die jede Einheit berechnen',
  checksWrong: (max) => `Eine ganze Zahl von 1 bis ${max}.`,
  submit: 'Test starten',
  submitted: (count, written) =>
    `Der Test hat ${written} ${plural('de', count, { one: 'Einheit', other: 'Einheiten' })}.`,
}
