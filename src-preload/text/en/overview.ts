import { plural } from '../plural.ts'

function units(count: number, shown: string): string {
  return `${shown} ${plural('en', count, { one: 'unit', other: 'units' })}`
}

/** The text of overview, in English. */
export const overview = {
  /** The day in a sentence; counts of what was done for others here, and by others. */
  title: {
    nothing: 'Nothing was computed today yet',
    given: (count: number, shown: string) => `${units(count, shown)} done for others today`,
    got: (count: number, shown: string) => `${units(count, shown)} done for you by others today`,
    both: (given: string, got: string) => `Today ${given} units were done for others, and ${got} for you`,
    unknown: 'Your mesh today',
  },
  today: {
    title: 'Today',
    shared: 'Time shared',
    given: 'Units given',
    got: 'Units got',
    givenHint: 'Computed here for others',
    gotHint: 'Computed by others for you',
    sharedHint: 'This PC was there for others',
    hours: (hours: string) => `${hours} h`,
    week: (label: string) => `${label} on each of the last 7 days`,
    before: (value: string) => `yesterday ${value}`,
  },
  month: {
    title: 'The last 30 days',
    none: 'Nothing was given or got yet. Once this PC is shared or a job of yours runs, each day is shown here.',
    view: 'What is drawn',
    units: 'Units',
    hours: 'Hours',
    chart: {
      units: 'Units by day. The arrow keys go from day to day.',
      hours: 'Hours shared by day. The arrow keys go from day to day.',
    },
    given: (count: number, shown: string) => `${units(count, shown)} for others`,
    got: (count: number, shown: string) => `${units(count, shown)} for you`,
    shared: (duration: string) => `${duration} shared`,
    nothing: 'Nothing was computed',
    table: 'The last 30 days, the newest first',
    day: 'Day',
  },
  here: {
    title: 'Running here now',
    none: {
      sharing: 'Nothing to do at this moment. This PC is ready for others.',
      resting: 'Nothing runs here.',
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
    pair: { text: 'You are not paired with anybody. Two PCs are a mesh.', action: 'Pair with somebody' },
    share: { text: 'This PC is not shared at any time.', action: 'Choose when to share' },
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
