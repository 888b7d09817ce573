/** The text of jobs that run a module, in English. */
export const module = {
  work: 'Run WebAssembly modules',
  here: 'A program',
  hereFor: (who: string) => `Running a program for ${who}`,
}
