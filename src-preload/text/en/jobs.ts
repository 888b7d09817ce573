/** The text of jobs, in English. */
export const jobs = {}
