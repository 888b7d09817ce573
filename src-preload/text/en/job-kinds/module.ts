import { plural } from '../../plural.ts'

/** The text of jobs that run a module, in English. */
export const module = {
  work: 'Run WebAssembly modules',
  here: 'A program',
  hereFor: (who: string) => `Running a program for ${who}`,
  /** See `took` and `helpedWith` of renders. */
  took: (count: number, written: string, duration: string) =>
    count === 1 ? `Your job took ${duration}` : `Your ${written} jobs took ${duration}`,
  helpedWith: (count: number, written: string) =>
    `${written} ${plural('en', count, { one: 'job', other: 'jobs' })}`,
}
