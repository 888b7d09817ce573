import { plural } from '../../plural.ts'
import type { other as english } from '../../en/job-kinds/other.ts'

/** The text of jobs of no kind that this version knows, in German. */
export const other: typeof english = {
  work: (id) => `${id} ausführen`,
  here: (id) => id,
  hereFor: (who) => `Arbeitet für ${who}`,
  took: (count, written, duration) =>
    count === 1
      ? `Dein Auftrag hat ${duration} gedauert`
      : `Deine ${written} Aufträge haben ${duration} gedauert`,
  helpedWith: (count, written) => `${written} ${plural('de', count, { one: 'Auftrag', other: 'Aufträgen' })}`,
  hereUnknown: 'Ein Programm',
  unknown: (id) => `Diese Version von Meshwork kennt Aufträge der Art „${id}“ nicht.`,
  unknownTodo:
    'Sie werden berechnet und gezählt wie alle anderen. Eine neuere Version zeigt vielleicht mehr von ihnen.',
}
