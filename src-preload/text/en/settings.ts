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
  network: {
    title: 'Network',
    check: 'Check now',
    checked: 'People were asked',
    verdict: {
      open: 'Others reach this PC from the internet',
      local: 'Others reach this PC from its own network',
      closed: 'Nobody gets in from the internet',
      unknown: 'Whether others get in from the internet is not known yet',
    },
    /** Relays, where no direct connection gets in. */
    relayed: (names: string) => `Friends reach this PC through ${names}`,
    mapped: 'The router lets friends in; whether they get through is not known yet',
    todo: {
      /** `Router` is the row below that says how. */
      closed:
        'This PC still reaches those who let others in. So that others reach it too, the router has to pass a port on: how, is said at “Router” below. Or a friend passes things on, whose PC is reached from outside.',
      closedMapped:
        'The router says that it lets friends in, but whoever tried did not get through. Look whether there is a second router before it, or a firewall on this PC.',
      closedPublic: (port: string) =>
        `This PC has an address of the internet, so that a firewall, on it or before it, keeps others out: it has to let ${port} in.`,
      relayed:
        'Slower than directly, and large files wait for a direct connection. It becomes direct when the router passes a port on to this PC: how, is said at “Router” below.',
      relayedMapped:
        'Slower than directly, and large files wait for a direct connection. The router lets friends in; as soon as one gets through, it is direct.',
    },
    tcpPort: (port: string) => `TCP port ${port}`,
    ownPort: 'this PC’s TCP port',
    router: {
      title: 'Router',
      mapped: (by: string) => `Lets friends in, as this PC asked it to (${by})`,
      mappedAt: (where: string, since: string) => `At ${where}, since ${since}`,
      asking: 'Is being asked to let friends in…',
      none: 'Lets nobody in by itself',
      why: (why: string) => `Asked: ${why}.`,
      noNeed: 'Not asked: there is no need',
      noNeedText: 'This PC has a public address, or listens for itself alone.',
      off: 'Not asked, as you chose',
      /** Three steps, to be done by hand. */
      steps: {
        lead: 'So that friends get in:',
        leadOff: 'So that friends get in: let the router be asked (below), or do it by hand.',
        open: (page: string) =>
          `Open ${page} in a browser. It may be another address: it is printed on the router.`,
        openUnknown: 'Open the router’s page in a browser. Its address is printed on the router.',
        look: 'Look for “port forwarding”. (Or switch UPnP on there: this PC does the rest.)',
        lookOff: 'Look for “port forwarding”.',
        forward: (port: string, host: string) => `Forward ${port} to ${host}: that is this PC.`,
        forwardUnknown: (port: string) => `Forward ${port} to this PC.`,
      },
    },
    through: {
      title: 'Reached through',
      means:
        'It passes on what friends send this PC, encrypted from end to end: it sees who talks with whom, and how much, never what.',
      none: 'Nobody',
      notNeeded: 'There is no need: others get in directly.',
      wanted:
        'A friend whose PC is reached from outside can pass things on, where they have switched on “Friends may reach each other through this PC”.',
    },
    choices: {
      mapPort: 'Ask the router to let friends in',
      mapPortText: 'By UPnP or NAT-PMP. What it opened is closed again when Meshwork stops.',
      relay: 'Friends may reach each other through this PC',
      relayText:
        'For those who are both behind home routers. It takes upload: 1 MiB a second at most, for each pair 256 KiB a second and 512 MiB a day. This PC sees who talks with whom, and how much, never what.',
      lines: (count: number, written: string) =>
        `${written} ${plural('en', count, { one: 'connection', other: 'connections' })} at this moment.`,
      autoOn: 'On by itself, while others reach this PC from outside.',
      autoOff: 'Off by itself, until others reach this PC from outside.',
    },
    join: {
      title: 'Join the network through',
      text: 'A friend’s peer that is always on, by which friends find each other when all have moved. Its own meshctl info prints its address.',
      label: 'Address of a peer to join through',
      placeholder: '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
      add: 'Add',
      remove: (address: string) => `Remove ${address}`,
      removed: 'Address removed',
      listed: 'It is in the list already.',
      full: (most: string) => `${most} at most. Remove one first.`,
    },
    askThem: 'Check now: some of your people try to connect to this PC, and say whether they get through.',
    nobodyToAsk: 'It can be checked when one of your people is connected.',
    nobodyOutside:
      'Whether somebody gets in from outside can be asked when one of your people is connected over the internet.',
    port: 'Port',
    portKept: 'TCP. Chosen at the first start, and kept.',
    portGiven: 'TCP. As this PC was started with.',
    nowhere: 'None: others cannot connect to this PC, it connects to them',
    addresses: 'Addresses',
    noAddresses: 'None',
    /** Addresses at friends who relay. */
    addressesAt: (written: string, names: string) => `and ${written} through ${names}`,
    scope: {
      machine: 'this PC only',
      local: 'this network only',
      internet: 'internet',
      relay: 'through another PC',
    },
    ipv6: {
      internet: 'Yes, with an address of the internet',
      local: 'In this network only',
      none: 'No',
    },
    nearby: 'Nearby',
    nearbyOn: 'PCs of this network find each other by themselves',
    nearbyOff: 'Off: PCs of this network do not find each other by themselves',
    confirmed: 'Asked',
    said: (name: string, outcome: string, ago: string) => `${name}: ${outcome} (${ago})`,
    outcome: {
      open: 'got through',
      refused: 'is refused at the port',
      'no-answer': 'does not get through',
      'not-tried': 'could not try, since it is connected through others',
      'no-word': 'did not answer the question',
    },
    clockOff: (name: string, duration: string, isAhead: boolean) =>
      `The clock of ${name} is ${duration} ${isAhead ? 'ahead of' : 'behind'} this PC’s. Set both by the internet.`,
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
    walledIn: 'Others’ work',
    bubblewrap: 'Behind a wall of the system’s (bubblewrap): no network, no files of yours, no other program',
    noWall: 'Kept apart by Meshwork itself; the system’s own wall is missing',
    noWallWhy: (why: string) => `Why: ${why}.`,
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
    copyKey: 'Copy the peer id',
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
