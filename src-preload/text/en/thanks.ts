import { plural } from '../plural.ts'

/** The text of help between people, and of thanks for it, in English. */
export const thanks = {
  label: 'Help from others',
  /** A sentence of the job's kind: "Your 48 frames took 22 min". */
  took: (sentence: string) => `${sentence}.`,
  tookAlone: (sentence: string, alone: string) =>
    `${sentence}; on this PC alone it would have been about ${alone}.`,
  gave: (name: string, duration: string) => `${name} gave ${duration}`,
  gaveMoment: (name: string) => `${name} helped for a moment`,
  others: (count: number, written: string, duration: string) =>
    `${written} ${plural('en', count, { one: 'other', other: 'others' })} gave ${duration}`,
  helpers: (list: string) => `${list}.`,
  gaveHint: 'Processor time of their PCs, by their own account',
  thankOne: (name: string) => `Thank ${name}`,
  thankAll: 'Thank them',
  thanked: 'Thanked',
  dismiss: 'Put away',
  report: {
    label: 'What this PC did for others',
    /** @param what of the kind: "3 pictures" */
    helped: (name: string, what: string, when: string) => `Your PC helped ${name} with ${what} ${when}`,
    lastNight: 'last night',
    since: (time: string) => `since ${time}`,
    duration: (duration: string) => `${duration} of processor time`,
    thanks: (name: string) => `${name} says thanks`,
    thanksTimes: (name: string, count: number, written: string) =>
      `${name} says thanks for ${written} ${plural('en', count, { one: 'job', other: 'jobs' })}`,
    pictureOf: (name: string) => `A picture by ${name} that this PC worked on`,
  },
}
