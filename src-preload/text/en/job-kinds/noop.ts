import { plural } from '../../plural.ts'

/** The text of jobs whose units do nothing, in English. */
export const noop = {
  work: 'Test the mesh',
  here: 'A test',
  hereFor: (who: string) => `Testing for ${who}`,
  /** See `took` and `helpedWith` of renders. */
  took: (count: number, written: string, duration: string) =>
    count === 1 ? `Your job took ${duration}` : `Your ${written} jobs took ${duration}`,
  helpedWith: (count: number, written: string) =>
    `${written} ${plural('en', count, { one: 'job', other: 'jobs' })}`,
  start: 'Test the mesh',
  newJob: 'New test',
  invite: 'Test your mesh with units that do nothing',
  title: 'How large shall the test be?',
  about: 'Each unit returns its number and computes nothing, so that only the mesh is tried.',
  units: 'Units',
  unitsWrong: (max: string) => `A whole number from 1 to ${max}.`,
  checks: 'PCs that compute each unit',
  checksWrong: (max: string) => `A whole number from 1 to ${max}.`,
  submit: 'Start the test',
  submitted: (count: number, written: string) =>
    `The test has ${written} ${plural('en', count, { one: 'unit', other: 'units' })}.`,
}
