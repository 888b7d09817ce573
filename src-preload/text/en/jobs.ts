import type { Fault } from '#contract'
import { plural } from '../plural.ts'
import { frames, pcs } from './counted.ts'

const jobsCounted = (count: number, written: string): string =>
  `${written} ${plural('en', count, { one: 'job', other: 'jobs' })}`
const units = (count: number, written: string): string =>
  `${written} ${plural('en', count, { one: 'unit', other: 'units' })}`
const pictures = (count: number, written: string): string =>
  `${written} ${plural('en', count, { one: 'picture', other: 'pictures' })}`

/** The text of jobs, in English. */
export const jobs = {
  // The board.
  titleQuiet: (count: number, written: string) => `${pictures(count, written)} finished, nothing in progress`,
  titleIdle: 'Nothing in progress',
  titleBusy: (count: number, written: string) => `${jobsCounted(count, written)} in progress`,
  titleBusyLeft: (count: number, written: string, left: string) =>
    `${jobsCounted(count, written)} in progress, about ${left} left`,
  newJob: 'New job',
  newJobTitle: 'What do you want to compute?',
  inFlight: 'In progress',
  gallery: 'Finished pictures',
  others: 'Other jobs',
  older: 'Show older jobs',
  othersDescription: 'Jobs that were cancelled or failed, and jobs without a picture.',
  emptyTitle: 'No jobs yet',
  galleryEmpty: 'Finished pictures appear here.',
  frames,
  units,
  openJob: (name: string) => `Open ${name}`,
  thumbnailOf: (name: string) => `Picture of ${name}`,
  noThumbnail: 'No picture',

  // Where a job stands, in a word and in a sentence.
  states: {
    running: 'Running',
    paused: 'Paused',
    done: 'Finished',
    cancelled: 'Cancelled',
    kept: 'Kept',
    failed: 'Failed',
  },
  combining: 'Combining the results',
  left: (duration: string) => `about ${duration} left`,
  framesDone: (done: string, count: string) => `${done} of ${count} frames`,
  /** `who`: names as a list, as in “Bob, Cy and this PC”. */
  madeBy: (who: string) => `by ${who}`,
  thisPc: 'this PC',
  andOthers: (count: number, written: string) => (count === 1 ? 'one more' : `${written} more`),
  startedAgo: (ago: string) => `started ${ago}`,
  tookAgo: (duration: string, ago: string) => `took ${duration}, ${ago}`,
  failedBecause: (reason: string) => `Failed: ${reason}`,
  back: 'Back to the jobs',
  checksOf: pcs,
  priority: 'Priority',
  priorities: { low: 'Low', normal: 'Normal', high: 'High' },
  priorityHint: 'Which of your own jobs goes first.',
  deadline: 'Should be done by',
  deadlineHint: 'Optional. As the time comes closer, this job goes first.',

  // One job.
  openingJob: 'Opening the job',
  jobGone: 'This job is gone',
  jobGoneText: 'It was removed, or the link is from another PC.',
  titleRunning: (name: string, percent: string) => `${name} is ${percent} done`,
  titleRunningLeft: (name: string, percent: string, left: string) =>
    `${name} is ${percent} done, about ${left} left`,
  titleWaiting: (name: string, percent: string) =>
    `${name} is waiting at ${percent} for somebody to work on it`,
  titleShort: (name: string, percent: string, more: number, written: string) =>
    `${name} is waiting at ${percent} for ${written} more ${plural('en', more, { one: 'PC', other: 'PCs' })}`,
  titlePaused: (name: string, percent: string) => `${name} is paused at ${percent}`,
  titleCombining: (name: string) => `${name} is almost done, its results are being combined`,
  titleDone: (name: string, duration: string) => `${name} is finished, it took ${duration}`,
  titleCancelled: (name: string, percent: string) => `${name} was cancelled at ${percent}`,
  titleKept: (name: string, percent: string) => `${name} was stopped at ${percent} and kept`,
  titleFailed: (name: string) => `${name} failed`,
  pause: 'Pause',
  resume: 'Resume',
  paused: 'Paused. Everybody stops working on it.',
  resumed: 'It’s running again.',
  cancel: 'Cancel',
  cancelAsk: 'Give up what is not done yet?',
  cancelYes: 'Cancel the job',
  cancelAskSeries: (count: string) => `Give up all ${count} frames that are not done yet?`,
  cancelYesSeries: 'Cancel all frames',
  cancelYesFrame: 'Only this frame',
  cancelNo: 'Leave it as it is',
  kept: 'Stopped. What is finished is kept.',
  cancelled: 'Cancelled. Everybody stops working on it.',
  remove: 'Remove',
  removed: (name: string) => `${name} was removed`,
  prioritySet: (name: string) => `Priority is ${name} now`,
  pausedSince: (time: string) => `Paused by you since ${time}. Nobody works on it.`,
  waiting: {
    'nobody-connected': {
      why: 'None of your people is connected, and this PC is still being measured.',
      todo: 'It starts by itself in a moment.',
    },
    'nobody-shares': {
      why: 'Your people are online, but nobody is sharing right now.',
      todo: 'It continues by itself as soon as this PC is measured or somebody shares.',
    },
    'nobody-runs-it': {
      why: 'Nobody who is sharing now has a version of Meshwork that can do this kind of work.',
      todo: 'Ask your people to update Meshwork.',
    },
    'nobody-fits': {
      why: 'Nobody who is sharing now has the memory, the cores or the disk space that this needs.',
      todo: 'Share more of this PC, or ask somebody with a larger one.',
    },
    'nobody-trusts-you': {
      why: 'The people who could work on it don’t work for you.',
      todo: 'Ask them to raise their trust in you.',
    },
    'nobody-trusted': {
      why: 'You trust nobody who could work on it.',
      todo: 'Raise your trust in somebody under People.',
    },
    'key-lost': {
      why: 'It is encrypted, and its key is lost on this PC, so it can’t continue.',
      todo: 'Remove it and start it again. Check this PC’s disk: the key was stored there.',
    },
    'no-room': {
      why: 'The others have finished it, and this PC has no room for it.',
      todo: 'Free some disk space, or let Meshwork use more of it. It then continues by itself.',
    },
    'more-verifiers': {
      why: 'One more PC is needed to check what is left: the PCs that are here have computed it already.',
      todo: 'It continues by itself when one more shares.',
    },
  },
  shortage: {
    left: {
      gone: (name: string, time: string | undefined) =>
        time === undefined ? `${name} is not connected.` : `${name} left at ${time}.`,
      paused: (name: string, time: string | undefined) =>
        time === undefined ? `${name} is not sharing.` : `${name} paused at ${time}.`,
      'outside-hours': (name: string, time: string | undefined) =>
        time === undefined ? `${name} does not share at this hour.` : `${name} stopped sharing at ${time}.`,
    },
    othersLeft: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'other', other: 'others' })} left too.`,
    needs: (pcs: string, here: number, written: string) =>
      `Each unit needs ${pcs}; ${plural('en', here, { one: `only ${written} is`, other: `only ${written} are` })} available.`,
    todo: 'It continues by itself when one more is available.',
    lower: (pcs: string) => `Check with ${pcs}`,
    ask: (fewer: number, pcs: string) =>
      fewer === 1
        ? 'No second PC then checks the rest: a wrong result would go unnoticed. What is done stays checked.'
        : `The rest is then checked by ${pcs} only. What is done stays as it is.`,
    wait: 'Keep waiting',
    lowered: (pcs: string) => `Continues with ${pcs}.`,
  },
  late: {
    by: (duration: string) => `about ${duration} late`,
    will: (duration: string) => `Will be about ${duration} late.`,
    passed: 'It should have been done by now.',
    todo: 'Ask more people to share, or put jobs that can wait behind it.',
  },
  toSharing: 'Sharing',
  toPeople: 'People',
  facts: {
    label: 'In figures',
    progress: 'Progress',
    ofUnits: (done: string, all: string) => `${done} of ${all} units`,
    left: 'Time left',
    leftUnknown: 'not known yet',
    started: 'Started',
    waitedFor: (duration: string) => `first work after ${duration}`,
    soFar: 'So far',
    took: 'Took',
    estimated: 'Estimated',
    estimatedSeries: 'Estimated for all',
    deadline: 'Due',
    deadlinePassed: 'has passed',
    priority: 'Priority',
    checks: 'Checked by',
    compared: 'Results agree',
    comparedBy: {
      'exact-hash': 'bit for bit',
      'numeric-tolerance': 'as numbers that differ little',
      image: 'as pictures that look alike',
      module: 'as the job’s own module says',
    },
    comparedHint: 'This PC compares the results: they don’t have to match to the last bit.',
    encrypted: 'Encrypted',
    encryptedYes: 'yes',
    encryptedHint: 'Only the PCs that compute it can read what goes in and comes out.',
    again: 'Retried',
    againHint: 'Units that didn’t finish somewhere, and went to somebody else.',
    refused: 'Wrong results',
    refusedHint: 'Results that didn’t match the others’. None of them is used.',
    fuel: 'Fuel used',
  },
  asEstimated: 'as estimated',
  fasterThan: (times: string) => `${times} times as fast as estimated`,
  slowerThan: (times: string) => `${times} times as long as estimated`,
  who: {
    working: 'Who works on it',
    worked: 'Who worked on it',
    made: 'Who made this',
    you: 'this PC',
    nobody: 'Nobody has started on it yet.',
    running: (count: number, written: string) => `computes ${units(count, written)}`,
    resting: 'not working on it right now',
    verified: 'Units accepted',
    wrong: 'Wrong',
    failed: 'Failed',
    late: 'Didn’t finish',
    timedOut: 'Ran out of time',
    share: 'Share',
    person: 'Person',
    work: 'Computing time',
    data: 'Data',
    others: (written: string) => `and ${written} others`,
    madeShare: (percent: string) => `did ${percent} of it`,
  },
  unitsTable: {
    title: 'Units',
    show: 'Show the units',
    hide: 'Hide the units',
    filter: 'Which units',
    all: 'All',
    running: 'Running',
    troubled: 'Failed or retried',
    none: 'There are none.',
    number: 'Unit',
    state: 'State',
    by: 'By',
    attempts: 'Tries',
    took: 'Computed for',
    states: { open: 'open', running: 'running', returned: 'being checked', verified: 'done' },
    times: (count: number, written: string) =>
      plural('en', count, { one: 'once', other: `${written} times` }),
    triedAgain: (reason: string) => `${reason} It went to somebody else.`,
    triedAgainDone: (reason: string) => `${reason} Somebody else has done it since.`,
    open: (number: string) => `Results of unit ${number}`,
    shown: (shown: string) => `Only the first ${shown} are shown.`,
  },
  consensus: {
    agreed: (agreed: string, all: string) => `${agreed} of ${all} agree`,
    notYet: (agreed: string, all: string) => `${agreed} of ${all} so far`,
    nobody: 'There is no result yet.',
    returned: 'Returned',
    failed: 'Couldn’t compute it',
    counts: 'accepted',
    wrong: 'doesn’t match',
    open: 'waiting for a second result',
    took: 'Computed for',
  },
  faults: {
    'runner-lost': 'The program that computed it there was stopped.',
    unreachable: 'The PC that had it was gone.',
    'timed-out': 'It used up its time and didn’t finish.',
    'memory-exhausted': 'That PC ran out of memory.',
    'blob-missing': 'That PC did not get the input.',
    'blob-corrupt': 'The input was damaged on its way there.',
    cancelled: 'It was handed back.',
    'too-busy': 'That PC had too much to do.',
    'quota-exceeded': 'That PC had no more room on its disk.',
    'not-opened': 'The input couldn’t be decrypted there.',
  } as Partial<Record<Fault['kind'], string>>,
  saved: (name: string) => `Saved ${name}`,
  saveResult: 'Save the result',
  savingResult: (sent: string, all: string) => `Saving: ${sent} of ${all}`,
}
