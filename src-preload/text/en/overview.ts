import { plural } from '../plural.ts'

function units(count: number, shown: string): string {
  return `${shown} ${plural('en', count, { one: 'unit', other: 'units' })}`
}

/** The text of overview, in English. */
export const overview = {
  /** The day in a sentence; processor time that was given to others, and got from them. */
  title: {
    nothing: 'Quiet so far today',
    given: (duration: string) => `You helped others for ${duration} today`,
    got: (duration: string) => `Others helped you for ${duration} today`,
    both: (given: string, got: string) =>
      `Today you helped others for ${given}, and others helped you for ${got}`,
    unknown: 'Your mesh today',
  },
  today: {
    title: 'Today',
    shared: 'Time shared',
    given: 'Helped others',
    got: 'Helped you',
    givenHint: 'Processor time of this PC that others’ work took',
    gotHint: 'Processor time of others’ PCs that your work took',
    inUnits: units,
    sharedHint: 'This PC was available to others',
    hours: (hours: string) => `${hours}\u00a0h`,
    week: (label: string) => `${label} on each of the last 7 days`,
    before: (value: string) => `yesterday ${value}`,
  },
  month: {
    title: 'The last 30 days',
    none: 'Nothing yet. Each day appears here once this PC is shared or others help you.',
    view: 'Show',
    units: 'Units',
    hours: 'Hours',
    chart: {
      units: 'Units by day. The arrow keys go from day to day.',
      hours: 'Hours shared by day. The arrow keys go from day to day.',
    },
    given: (count: number, shown: string) => `${units(count, shown)} for others`,
    got: (count: number, shown: string) => `${units(count, shown)} for you`,
    shared: (duration: string) => `${duration} shared`,
    nothing: 'A quiet day',
    table: 'The last 30 days, newest first',
    day: 'Day',
    unitsGiven: 'Units for others',
    unitsGot: 'Units for you',
  },
  here: {
    title: 'Running here now',
    none: {
      sharing: 'Nothing to do right now. This PC is ready for others.',
      resting: 'Nothing is running here.',
    },
    own: 'Your own job',
    for: (name: string) => `For ${name}`,
    somebody: 'Somebody else',
    left: (duration: string) => `${duration} left`,
    since: (duration: string) => `for ${duration}`,
    partByPart: 'part by part',
    starting: 'starting',
    more: (count: number) => `and ${units(count, String(count))} more`,
    unit: (index: string) => `unit ${index}`,
    progress: (what: string) => `Progress of ${what}`,
  },
  jobs: {
    title: 'Your jobs',
    all: 'All jobs',
    none: 'None of your jobs is running.',
    start: 'Start a job',
    progress: (done: string, all: string) => `${done} of ${all} units`,
    left: (duration: string) => `${duration} left`,
    waiting: 'waiting for the first unit',
    paused: 'paused',
    done: (ago: string) => `done ${ago}`,
    progressOf: (name: string) => `Progress of ${name}`,
  },
  mesh: {
    title: 'Your mesh',
    open: 'Open people',
    none: 'Nobody yet',
  },
  suggestion: {
    label: 'Suggestion',
    dismiss: 'Not now',
    pair: { text: 'You haven’t paired with anybody yet. Two PCs make a mesh.', action: 'Pair with somebody' },
    share: { text: 'This PC is never shared.', action: 'Choose when to share' },
    answer: {
      text: (name: string, more: number) =>
        more === 0
          ? `${name} wants to pair with you.`
          : `${name} and ${more} ${plural('en', more, { one: 'other', other: 'others' })} want to pair with you.`,
      action: 'Answer',
    },
    raise: {
      text: (name: string) => `${name} trusts you more than you trust them. Raise yours?`,
      action: 'Raise it',
      raised: (name: string) => `You trust ${name} as much as they trust you.`,
    },
  },
}
