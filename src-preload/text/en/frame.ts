import type { Fault, RuleName } from '#contract'
import { plural } from '../plural.ts'

/** Why a rule pauses sharing; the reading and its threshold where there are any. */
function pausedBecause(rule: RuleName, value?: string): string {
  switch (rule) {
    case 'in-use':
      return 'Paused while you use this PC'
    case 'full-screen':
      return 'Paused while something is full screen'
    case 'other-load':
      return value === undefined
        ? 'Paused because other programs are busy'
        : `Paused because other programs took ${value} of this PC`
    case 'on-battery':
      return value === undefined
        ? 'Paused because you are on battery'
        : `Paused because you are on battery (${value})`
    case 'low-battery':
      return value === undefined
        ? 'Paused because the battery is low'
        : `Paused because the battery is low (${value})`
    case 'metered':
      return 'Paused because this network costs money'
    case 'temperature':
      return value === undefined
        ? 'Paused because this PC is hot'
        : `Paused because this PC is hot (${value})`
  }
}

/** The text of the frame around all screens, in English. */
export const frame = {
  appName: 'Meshwork',
  /** In the tab's title, before the name of a job that ended unseen. */
  tabDone: 'Done',
  skipToContent: 'Skip to the content',
  navigation: 'Main navigation',
  thisPc: 'This PC',
  screens: {
    overview: 'Overview',
    jobs: 'Jobs',
    sharing: 'Sharing',
    people: 'People',
    settings: 'Settings',
  },
  /** Parts of the one sentence about now; see `statusLine`. */
  status: {
    sharing: 'Sharing',
    sharingUntil: (time: string) => `Sharing until ${time}`,
    diskFull: 'Paused: the disk is full',
    measuring: 'Measuring how fast this PC is',
    off: 'Not sharing',
    outsideHours: 'Not sharing now',
    outsideHoursUntil: (time: string) => `Not sharing until ${time}`,
    paused: 'Paused until you resume',
    pausedUntil: (time: string) => `Paused until ${time}`,
    pausedBecause,
    finishing: 'Finishing, then paused',
    somebody: 'somebody',
    both: (names: readonly string[]) => names.join(' and '),
    andOthers: (names: string, more: number, written: string) =>
      `${names} and ${written} ${plural('en', more, { one: 'other', other: 'others' })}`,
    jobsRunning: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'job', other: 'jobs' })} in progress`,
    connecting: 'Connecting to this PC',
    lost: 'Connection to this PC lost',
  },
  pause: {
    button: 'Pause',
    resume: 'Resume',
    menuTitle: 'Stop working for others',
    hours: (count: number) => `For ${plural('en', count, { one: `${count} hour`, other: `${count} hours` })}`,
    untilResume: 'Until I resume',
    finishFirst: 'Finish running work, then pause',
    shareAnyway: 'Share anyway for now',
    paused: 'Paused. Work that was running here goes back to others.',
    resumed: 'Sharing again.',
    sharesAnyway: 'Sharing anyway until the reason has passed.',
    finishing: 'Nothing new starts. Running work is finished first.',
  },
  connection: {
    lost: 'Connection to this PC lost, trying again',
    refusedTitle: 'This link is no longer valid',
    refusedText:
      'A link to Meshwork works once, and expires. Run the line below on this PC to get a new one, then open it here.',
    refusedAgain: 'Try again',
    loading: 'Loading',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    goTo: (screen: string) => `Go to ${screen}`,
    help: 'Show this list',
    newRender: 'New render',
    then: 'then',
    close: 'Close',
  },
  common: {
    retry: 'Try again',
    undo: 'Undo',
    close: 'Close',
    cancel: 'Cancel',
    save: 'Save',
    copy: 'Copy',
    copied: 'Copied',
    loading: 'Loading',
    failedTitle: 'This did not work',
    of: (value: string, max: string) => `${value} of ${max}`,
    noData: 'nothing',
    sparkline: (values: string) => `Values, oldest first: ${values}`,
    notFound: 'There is nothing here',
    notFoundText: 'The address may have changed, or what was here was removed.',
    toOverview: 'Go to the overview',
    crashed: 'This screen has stopped working',
    crashedText: 'This is a bug in Meshwork. Your PC keeps sharing, and your jobs keep running.',
    notLoaded: 'This part could not be loaded',
    notLoadedText: 'This PC did not answer. The page loads again by itself once it does.',
  },
  /** A fault in plain words: the node says it in English, one clear line. */
  fault: (_kind: Fault['kind'], detail: string): string => detail,
  faultConnection: 'The connection to this PC was lost before it answered.',
  faultInput: (field: string, detail: string) => (field === '' ? detail : `${field}: ${detail}`),
  faultUnknown: (detail: string) => `Meshwork could not answer: ${detail}`,
  calendar: {
    earlier: 'Month before',
    later: 'Month after',
    anyTime: 'Any time',
    clear: 'Any time will do',
    done: 'Done',
    hours: 'Hours',
    minutes: 'Minutes',
    tonight: 'Tonight',
    tomorrowMorning: 'Tomorrow morning',
    mondayMorning: 'Monday morning',
  },
}
