import type { RuleName } from '#contract'
import { plural } from '../plural.ts'

/** The days of a phrase about the week; `names` are written out as a list or a range. */
type Days =
  | { kind: 'every-day' | 'weekdays' | 'weekends' }
  | { kind: 'except'; name: string }
  | { kind: 'days'; names: string; isRange: boolean }

function phrase(days: Days, hours?: string): string {
  const all = hours === undefined
  switch (days.kind) {
    case 'every-day':
      return all ? 'every day, all day' : `every day ${hours}`
    case 'weekdays':
      return all ? 'on weekdays, all day' : `on weekdays ${hours}`
    case 'weekends':
      return all ? 'all weekend' : `at weekends ${hours}`
    case 'except':
      return all ? `every day but ${days.name}, all day` : `every day but ${days.name} ${hours}`
    case 'days':
      if (days.isRange) return all ? `all day ${days.names}` : `${days.names} ${hours}`
      return all ? `all day on ${days.names}` : `on ${days.names} ${hours}`
  }
}

/** The current reading of a rule, without whether it pauses. */
function reading(rule: RuleName, isBothered: boolean, value?: string): string {
  switch (rule) {
    case 'in-use':
      return value === undefined ? 'Nobody is using it' : `Last touched ${value} ago`
    case 'full-screen':
      return isBothered ? 'Something is full screen' : 'Nothing is full screen'
    case 'other-load':
      return value === undefined ? 'CPU by others' : `CPU by others: ${value}`
    case 'on-battery':
      return isBothered
        ? value === undefined
          ? 'On battery'
          : `On battery: ${value}`
        : value === undefined
          ? 'Plugged in'
          : `Plugged in: ${value}`
    case 'low-battery':
      return value === undefined ? 'Battery' : `Battery: ${value}`
    case 'metered':
      return isBothered ? 'This network costs money' : 'This network is free to use'
    case 'temperature':
      return value === undefined ? 'Processor' : `Processor: ${value}`
  }
}

/** The text of sharing, in English. */
export const sharing = {
  title: {
    never: 'Nothing is shared',
    always: (amount: string) => `Shared around the clock; ${amount}`,
    noHours: 'No hours chosen yet, so nothing is shared',
    week: (phrases: string, amount: string) => `Shared ${phrases}; ${amount}`,
    many: (hours: string, stretches: number, amount: string) =>
      `Shared ${hours} hours a week in ${stretches} ${plural('en', stretches, { one: 'stretch', other: 'stretches' })}; ${amount}`,
    slots: (count: number) =>
      plural('en', count, {
        one: 'Shared in one slot set by meshctl',
        other: `Shared in ${count} slots set by meshctl`,
      }),
    cores: (cores: string, of: number) =>
      `${cores} of ${of} ${plural('en', of, { one: 'core', other: 'cores' })}`,
  },
  phrase,
  now: {
    since: (words: string, time: string) => `${words}, since ${time}`,
    ownJobs: 'Your own jobs keep running.',
  },
  saved: {
    saving: 'Saving',
    saved: 'Saved',
    refused: (why: string) => `Not saved: ${why}`,
    undo: 'Undo',
    redo: 'Redo',
    undoKeys: 'Undo (Ctrl+Z)',
    redoKeys: 'Redo (Ctrl+Shift+Z)',
  },
  mode: {
    title: 'When this PC is shared',
    never: 'Never',
    neverText: 'Only your own jobs run here.',
    always: 'Always',
    alwaysText: 'Around the clock, unless you pause.',
    week: 'By the week',
    weekText: 'In the hours you choose.',
    slots: 'Slots set with meshctl apply now. What you choose here replaces them.',
  },
  grid: {
    label: 'Shared hours of the week',
    hint: 'Drag over free time to share it, over shared time to take it back. Click a block for its details.',
    keys: 'Arrow keys move, Shift extends, Space shares or takes back, Enter opens a block, Delete takes back.',
    view: 'View',
    asGrid: 'Grid',
    asList: 'List',
    day: 'Day',
    cell: (day: string, from: string, to: string, isShared: boolean) =>
      `${day} ${from} to ${to}, ${isShared ? 'shared' : 'not shared'}`,
    now: (time: string) => `It is ${time}`,
    painting: (what: string) => `Share ${what}`,
    erasing: (what: string) => `Take back ${what}`,
    hours: (from: string, to: string) => `${from}–${to}`,
    dayRange: (first: string, last: string) => `${first} to ${last}`,
    dayHours: (days: string, hours: string) => `${days} ${hours}`,
    perWeek: (hours: string) => `${hours} hours a week`,
    presets: 'Presets',
    presetNames: {
      nights: 'Nights, 22:00–07:00',
      weekends: 'Weekends',
      'nights-and-weekends': 'Nights and weekends',
      always: 'Always',
    },
    clear: 'Clear the week',
    cleared: 'The week was cleared',
    replaced: 'The week was replaced',
    copyDay: 'Copy a day',
    copyFrom: 'Copy what begins on',
    copyTo: 'to',
    copyWeekdays: 'Weekdays',
    copyAll: 'All days',
    copyDo: 'Copy',
    timeZone: 'Time zone',
    timeZoneHere: (zone: string) => `${zone} (this PC)`,
    timeZoneNone: 'No such time zone',
    skipped: (from: string, to: string, date: string) =>
      `The clocks go forward: the time from ${from} to ${to} is skipped on ${date}, so it is not shared.`,
    repeated: (from: string, to: string, date: string) =>
      `The clocks go back: the time from ${from} to ${to} comes twice on ${date}, and is shared both times.`,
  },
  block: {
    label: (when: string) => `Shared ${when}`,
    open: (when: string) => `Details of ${when}`,
    from: 'From',
    to: 'To',
    nextDay: 'next day',
    own: 'Different from the rest',
    usual: 'As much as always, see “How much is shared”',
    kinds: 'Kinds of work',
    kindsNone: 'Choose at least one, or nothing runs in this block.',
    priority: 'Goes first',
    remove: 'Take back',
    removed: 'The block was taken back',
    sameForAll: 'Use for all blocks',
    done: 'Done',
    add: 'Add hours',
    empty: 'No hours yet. Add some, or choose a preset.',
    listLabel: 'Shared hours as a list',
    row: (day: string) => `Hours on ${day}`,
  },
  resources: {
    title: 'How much is shared',
    cores: 'Processor',
    coresHelp: 'Work for others uses up to this many cores at once. The rest stays free for you.',
    coresValue: (cores: string, of: string) => `${cores} of ${of} cores`,
    coresAlone: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'core', other: 'cores' })}`,
    memory: 'Memory',
    memoryHelp: 'Work that needs more memory than this is not taken.',
    gpu: 'Graphics memory',
    gpuHelp: 'For work that runs on the graphics card. At “None”, it isn’t shared.',
    disk: 'Disk',
    diskHelp:
      'Work that needs more disk space than this is not taken. At “None”, only work without files is.',
    none: 'None',
    of: (value: string, max: string) => `${value} of ${max}`,
    priority: 'Order',
    priorityHelp: 'When shared times overlap, work goes where this is highest.',
    priorities: { low: 'After others', normal: 'Normal', high: 'First' },
  },
  exceptions: {
    title: 'Days that are different',
    intro: 'On these dates, other hours apply. A night that began the day before still runs to its end.',
    add: 'Add a day',
    empty: 'None yet. Add a day on which you need this PC for yourself, or one on which you don’t.',
    pick: 'Choose a date',
    notShared: 'Not shared',
    otherHours: 'Other hours',
    allDay: 'All day',
    addHours: 'Add hours',
    remove: (date: string) => `Remove ${date}`,
    removed: (date: string) => `${date} is like every week again`,
    past: 'over',
    kind: (date: string) => `What is shared on ${date}`,
    full: (most: number) => `${most} days at most.`,
    hoursOn: (date: string) => `Hours on ${date}`,
    removeHours: (hours: string) => `Remove ${hours}`,
  },
  rules: {
    title: 'Only when it doesn’t bother me',
    intro: 'Sharing pauses while any of these is true. Running work is handed back at once.',
    names: {
      'in-use': 'While somebody uses this PC',
      'full-screen': 'While something is full screen',
      'other-load': 'While other programs are busy',
      'on-battery': 'On battery',
      'low-battery': 'When the battery is low',
      metered: 'On networks that cost money',
      temperature: 'When the processor is hot',
    },
    help: {
      'in-use': 'Sharing continues once nobody has touched mouse or keyboard for this long.',
      'full-screen': 'A game, a film or a talk.',
      'other-load': 'The share of all cores that other programs use. Meshwork’s own work does not count.',
      'on-battery': 'While the PC is not plugged in.',
      'low-battery': 'Continues when the charge is 5 % above this, also when plugged in.',
      metered: 'Networks that the system calls metered, such as a phone’s.',
      temperature: 'Continues when it is 5 °C cooler.',
    },
    threshold: {
      'in-use': 'until it is left alone for',
      'other-load': 'above',
      'low-battery': 'at or below',
      temperature: 'above',
    },
    minutes: 'min',
    percent: '%',
    celsius: '°C',
    reading,
    fine: 'fine',
    pauses: 'pauses sharing',
    off: 'off',
    notWatched: 'Not watched',
    unreadable: 'We can’t detect this on this PC',
    overridden: (until: string) => `shared anyway until ${until}`,
    since: (time: string) => `since ${time}`,
    shareAnyway: 'Share anyway for now',
    waiting: 'Not read yet',
    about: (rule: string) => `About: ${rule}`,
  },
  limits: {
    title: 'Limits',
    intro: 'However much is shared, work for others never takes more than this.',
    cpu: 'Processor time',
    cpuHelp:
      'How much of each shared core work for others may use. Less keeps the fan quiet, but takes longer.',
    cpuMeter: (units: string, others: string) => `Meshwork ${units}, others ${others}`,
    cpuMeterAlone: (units: string) => `Meshwork ${units}`,
    memory: 'Memory',
    memoryHelp: 'All units together. Without a limit, as much as is shared.',
    disk: 'Disk',
    diskHelp: 'Scenes, results and what people may fetch. Old files make room for new ones.',
    upload: 'Upload',
    uploadHelp: 'To people: results, and scenes of your jobs.',
    download: 'Download',
    downloadHelp: 'From people: scenes, and results of your jobs.',
    limit: 'Limit',
    noLimit: 'No limit',
    limitOf: (what: string) => `Limit ${what}`,
    nowOf: (value: string, max: string) => `now ${value} of ${max}`,
    now: (value: string) => `now ${value}`,
    ofCores: 'of each shared core',
    meter: (what: string) => `${what} right now`,
    waiting: 'not measured yet',
    gigabytes: 'GB',
    megabytesPerSecond: 'MB/s',
  },
}
