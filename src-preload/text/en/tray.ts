import { plural } from '../plural.ts'

/** The text of tray, in English. */
export const tray = {
  share: 'Share this PC',
  running: 'Running here',
  runningNothing: 'Nothing is running here',
  /** A unit of this user's own job. */
  ownUnit: (unit: string) => `Unit ${unit} of your own job`,
  /** A unit of another user's job. */
  unitFor: (unit: string, name: string) => `Unit ${unit} for ${name}`,
  moreUnits: (count: number, written: string) =>
    `and ${written} ${plural('en', count, { one: 'more unit', other: 'more units' })}`,
  /** A person whose name is not known here. */
  somebody: 'somebody',
  open: 'Open Meshwork',
  quit: 'Quit Meshwork',
  quitDialog: {
    title: 'Quit Meshwork?',
    others: (count: number, written: string) =>
      `${written} ${plural('en', count, {
        one: 'unit runs here for somebody else. It is handed back and computed by others.',
        other: 'units run here for others. They are handed back and computed by others.',
      })}`,
    own: (count: number, written: string) =>
      `${written} ${plural('en', count, {
        one: 'unit of your own jobs runs here. It starts over when Meshwork runs again.',
        other: 'units of your own jobs run here. They start over when Meshwork runs again.',
      })}`,
    jobs: (count: number, written: string) =>
      `${written} ${plural('en', count, {
        one: 'job of yours is in progress. It continues when Meshwork runs again.',
        other: 'jobs of yours are in progress. They continue when Meshwork runs again.',
      })}`,
    quit: 'Quit',
    stay: 'Keep running',
  },
  notice: {
    jobDone: 'Your job is done',
    failed: 'Your job failed',
    series: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'frame', other: 'frames' })}`,
    pairTitle: 'Somebody wants to pair',
    pairText: (name: string) => `${name} used your code. Accept or decline.`,
    nearbyTitle: 'A PC nearby wants to pair',
    nearbyText: (name: string) => `${name} says that it is beside you. Compare the number on both screens.`,
    background: 'Meshwork keeps running in the background',
    backgroundText: 'Open or quit it from its tray icon. Starting it again also opens this window.',
    update: 'There is a newer Meshwork',
    updateText: (version: string) =>
      `Version ${version} can’t install itself on this PC. Download it from where you got this one.`,
  },
  problem: {
    title: 'Meshwork cannot start',
    stopped: 'Meshwork had to stop',
    /** After the fault in its own words. */
    log: (path: string) => `Details are in ${path}`,
  },
}
