import type { jobs as english } from '../en/jobs.ts'

/** The text of jobs, in German. */
export const jobs: typeof english = {}
