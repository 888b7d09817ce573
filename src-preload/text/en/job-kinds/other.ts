/** The text of jobs of no kind that this version knows, in English. */
export const other = {
  work: (id: string) => `Run ${id}`,
  here: (id: string) => id,
  hereFor: (who: string) => `Working for ${who}`,
  /** A unit whose kind of job is not known. */
  hereUnknown: 'A program',
  unknown: (id: string) => `This version of Meshwork does not know jobs of the kind “${id}”.`,
  unknownTodo: 'They are computed and counted like any other. A newer version may show more of them.',
}
