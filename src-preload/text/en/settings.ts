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
    showPictures: 'Show helpers a small picture of what they rendered',
    showPicturesText: 'When you thank them. Never of encrypted jobs.',
    startAtLogin: 'Start when I log in',
    startAtLoginText: 'Meshwork waits in the tray.',
    startAtLoginBrowser:
      'Meshwork runs as a service on this PC, and the service’s own settings decide when it starts. In the desktop app, this switch does.',
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
    checked: 'Your people were asked',
    verdict: {
      open: 'Others can reach this PC from the internet',
      local: 'Others can reach this PC on its own network',
      closed: 'Nobody can reach this PC from the internet',
      unknown: 'Not known yet whether others can reach this PC from the internet',
    },
    /** Relays, where no direct connection gets in. */
    relayed: (names: string) => `Your people reach this PC through ${names}`,
    mapped: 'The router lets your people in; not known yet whether they get through',
    todo: {
      /** `Router` is the row below that says how. */
      closed:
        'This PC can still reach everybody who lets others in. For others to reach it too, your router has to forward a port: see “Router” below. Or somebody whose PC can be reached from outside passes things on.',
      closedMapped:
        'The router says that it lets your people in, but those who tried did not get through. Check for a second router in front of it, or a firewall on this PC.',
      closedPublic: (port: string) =>
        `This PC has a public address, but a firewall on it or in front of it keeps others out. Allow ${port} there.`,
      relayed:
        'Slower than a direct connection, and large files wait for one. It becomes direct once your router forwards a port to this PC: see “Router” below.',
      relayedMapped:
        'Slower than a direct connection, and large files wait for one. Your router lets your people in; as soon as one gets through, it becomes direct.',
    },
    tcpPort: (port: string) => `TCP port ${port}`,
    ownPort: 'this PC’s TCP port',
    router: {
      title: 'Router',
      mapped: (by: string) => `Lets your people in, as this PC asked it to (${by})`,
      mappedAt: (where: string, since: string) => `At ${where}, since ${since}`,
      asking: 'Being asked to let your people in…',
      none: 'Lets nobody in by itself',
      why: (why: string) => `Asked: ${why}.`,
      noNeed: 'Not asked: no need',
      noNeedText: 'This PC has a public address, or takes connections from itself only.',
      off: 'Not asked, as you chose',
      /** Three steps, to be done by hand. */
      steps: {
        lead: 'To let your people in:',
        leadOff: 'To let your people in, have the router asked (below), or do it by hand.',
        open: (page: string) =>
          `Open ${page} in a browser. If that is not it, the address is printed on the router.`,
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
        'It passes on what your people send this PC, encrypted from end to end. It can see who talks to whom, and how much, but never what.',
      none: 'Nobody',
      notNeeded: 'No need: others get in directly.',
      wanted:
        'Somebody whose PC can be reached from outside can pass things on, if they switch on “Let people reach each other through this PC”.',
    },
    choices: {
      mapPort: 'Ask the router to let your people in',
      mapPortText: 'By UPnP or NAT-PMP. Whatever was opened is closed again when Meshwork stops.',
      relay: 'Let people reach each other through this PC',
      relayText:
        'For two people who are both behind home routers. It uses upload: at most 1 MiB a second, and for each pair 256 KiB a second and 512 MiB a day. This PC can see who talks to whom, and how much, but never what.',
      lines: (count: number, written: string) =>
        `${written} ${plural('en', count, { one: 'connection', other: 'connections' })} right now.`,
      autoOn: 'Switched on by itself while others can reach this PC from outside.',
      autoOff: 'Switched off by itself until others can reach this PC from outside.',
    },
    join: {
      title: 'Join the network through',
      text: 'A PC that is always on. Your people find each other through it when all their addresses have changed. On that PC, meshctl info shows its address.',
      label: 'Address of a PC to join through',
      placeholder: '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
      add: 'Add',
      remove: (address: string) => `Remove ${address}`,
      removed: 'Address removed',
      listed: 'It is already in the list.',
      full: (most: string) => `${most} at most. Remove one first.`,
    },
    askThem: 'Check now: some of your people try to connect to this PC, and say whether they get through.',
    nobodyToAsk: 'This can be checked once one of your people is connected.',
    nobodyOutside:
      'Once one of your people is connected over the internet, they can check whether this PC can be reached from outside.',
    port: 'Port',
    portKept: 'TCP. Chosen at the first start, and kept.',
    portGiven: 'TCP. Set when Meshwork was started.',
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
      internet: 'Yes, with a public address',
      local: 'On this network only',
      none: 'No',
    },
    nearby: 'Nearby',
    nearbyOn: 'PCs on this network find each other by themselves',
    nearbyOff: 'Off: PCs on this network don’t find each other by themselves',
    confirmed: 'Asked',
    said: (name: string, outcome: string, ago: string) => `${name}: ${outcome} (${ago})`,
    outcome: {
      open: 'got through',
      refused: 'is refused at the port',
      'no-answer': 'does not get through',
      'not-tried': 'could not try, because it is connected through others',
      'no-word': 'did not answer the question',
    },
    clockOff: (name: string, duration: string, isAhead: boolean) =>
      `The clock of ${name} is ${duration} ${isAhead ? 'ahead of' : 'behind'} this PC’s. Set both clocks from the internet.`,
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
    noGraphics: 'No graphics card found. Work runs on the processor.',
    disk: 'Disk',
    diskFree: (free: string, total: string) => `${free} free of ${total}`,
    network: 'Network',
    noLinkSpeed: 'The network adapter doesn’t say how fast it is.',
    speed: 'Speed',
    walledIn: 'Others’ work',
    bubblewrap:
      'In a sandbox of the system’s (bubblewrap): no network, none of your files, no other programs',
    noWall: 'In Meshwork’s own sandbox only; the system’s is missing',
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
    keyText: 'Made from this PC’s key. Others recognise it by this, whatever its name.',
    shortName: 'Short name',
    copyKey: 'Copy the peer id',
  },
  stop: {
    title: 'Stop Meshwork on this PC',
    text: 'It goes offline for everybody. Your own jobs wait, and continue when it is started again.',
    button: 'Stop Meshwork…',
    question: 'Stop it now?',
    nothingRuns: 'Nothing is running here for others right now.',
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
