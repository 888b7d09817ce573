import type { other as english } from '../../en/job-kinds/other.ts'

/** The text of jobs of no kind that this version knows, in German. */
export const other: typeof english = {
  work: (id) => `${id} ausführen`,
  here: (id) => id,
  hereFor: (who) => `Arbeitet für ${who}`,
  hereUnknown: 'Ein Programm',
  unknown: (id) => `Diese Version von Meshwork kennt Aufträge der Art „${id}“ nicht.`,
  unknownTodo:
    'Sie werden berechnet und gezählt wie alle anderen. Eine neuere Version zeigt vielleicht mehr von ihnen.',
}
