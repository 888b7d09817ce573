import type { module as english } from '../../en/job-kinds/module.ts'

/** The text of jobs that run a module, in German. */
export const module: typeof english = {
  work: 'WebAssembly-Module ausführen',
  here: 'Ein Programm',
  hereFor: (who) => `Führt ein Programm aus für ${who}`,
}
