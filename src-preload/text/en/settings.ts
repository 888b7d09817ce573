import { plural } from '../plural.ts'

/** The text of settings, in English. */
export const settings = {
  title: (name: string, duration: string) => `${name} has been running for ${duration}`,
  titleUnknown: 'How Meshwork behaves on this PC',
  general: 'This PC',
  name: {
    title: 'Name of this PC',
    text: 'The people you paired with see it.',
    placeholder: 'Studio PC',
    empty: 'A PC needs a name.',
    saved: 'Name saved',
  },
  looks: {
    title: 'Appearance',
    theme: 'Theme',
    themeText: 'The system’s, or always the same.',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    language: 'Language',
    languageText: 'Of this window, the tray and notifications.',
    languages: { system: 'System', en: 'English', de: 'Deutsch' },
  },
  behaviour: {
    title: 'Behaviour',
    notifications: 'Notifications',
    notificationsText: 'When a job ends or somebody wants to pair.',
    startAtLogin: 'Start when I log in',
    startAtLoginText: 'Meshwork waits in the tray.',
    startAtLoginBrowser:
      'This PC runs Meshwork as a service: whatever starts the service decides. The desktop app can do it here.',
  },
  storage: {
    title: 'Storage',
    used: 'Scenes and results on disk',
    figures: (used: string, quota: string) => `${used} of ${quota}`,
    text: (free: string, total: string) => `${free} of ${total} are free on this disk.`,
    where: 'Kept in',
    change: 'Change how much',
  },
  hardware: {
    title: 'Hardware',
    measuredAt: (ago: string) => `Measured ${ago}`,
    measureAgain: 'Measure again',
    measured: 'Measured again',
    system: 'System',
    processor: 'Processor',
    processorCores: (threads: number, writtenThreads: string, cores: number, writtenCores: string) =>
      `${writtenCores} ${plural('en', cores, { one: 'core', other: 'cores' })}, ${writtenThreads} ${plural('en', threads, { one: 'thread', other: 'threads' })}`,
    memory: 'Memory',
    graphics: 'Graphics',
    noGraphics: 'No graphics card found. Units run on the processor.',
    disk: 'Disk',
    diskFree: (free: string, total: string) => `${free} free of ${total}`,
    network: 'Network',
    noLinkSpeed: 'The network adapter does not tell how fast it is.',
    speed: 'Speed',
    unmeasured: 'Being measured',
    kindsOfWork: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'kind of work', other: 'kinds of work' })} measured`,
  },
  about: {
    title: 'About',
    version: 'Version',
    licence: 'Licence',
    licenceText: 'Apache 2.0: free to use, study, share and change',
    key: 'Peer id',
    keyText: 'Made of this PC’s key. Others know it by this, whatever its name is.',
    shortName: 'Short name',
    addresses: 'Addresses',
    noAddresses: 'None: others cannot connect to this PC, it connects to them',
    copyKey: 'Copy the peer id',
    desktopNote:
      'The desktop app was built, but not run, where this version was made. If something in it does not work, the same window opens in a browser: meshctl start --ui',
  },
  stop: {
    title: 'Stop Meshwork on this PC',
    text: 'It goes offline for everybody. Your own jobs wait, and go on when it is started again.',
    button: 'Stop Meshwork…',
    question: 'Stop it now?',
    nothingRuns: 'Nothing runs here for others at the moment.',
    unitsRun: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'unit runs', other: 'units run' })} here for others; ${plural('en', count, { one: 'it is', other: 'they are' })} handed back and computed elsewhere.`,
    ownUnitsRun: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'unit', other: 'units' })} of your own will be computed again.`,
    confirm: 'Stop it',
    keep: 'Keep it running',
    stopped: 'Meshwork has stopped on this PC',
    stoppedText: 'Start it again with: meshctl start --ui',
  },
}
