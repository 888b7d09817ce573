import { plural } from '../../plural.ts'

/** The text of jobs of no kind that this version knows, in English. */
export const other = {
  work: (id: string) => `Run ${id}`,
  here: (id: string) => id,
  hereFor: (who: string) => `Working for ${who}`,
  /** See `took` and `helpedWith` of renders. */
  took: (count: number, written: string, duration: string) =>
    count === 1 ? `Your job took ${duration}` : `Your ${written} jobs took ${duration}`,
  helpedWith: (count: number, written: string) =>
    `${written} ${plural('en', count, { one: 'job', other: 'jobs' })}`,
  /** A unit whose kind of job is not known. */
  hereUnknown: 'A program',
  unknown: (id: string) => `This version of Meshwork does not know jobs of the kind “${id}”.`,
  unknownTodo: 'They are computed and counted like any other. A newer version may show more of them.',
}
