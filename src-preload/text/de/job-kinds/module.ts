import { plural } from '../../plural.ts'
import type { module as english } from '../../en/job-kinds/module.ts'

/** The text of jobs that run a module, in German. */
export const module: typeof english = {
  work: 'WebAssembly-Module ausführen',
  here: 'Ein Programm',
  hereFor: (who) => `Führt ein Programm aus für ${who}`,
  took: (count, written, duration) =>
    count === 1
      ? `Dein Auftrag hat ${duration} gedauert`
      : `Deine ${written} Aufträge haben ${duration} gedauert`,
  helpedWith: (count, written) => `${written} ${plural('de', count, { one: 'Auftrag', other: 'Aufträgen' })}`,
}
