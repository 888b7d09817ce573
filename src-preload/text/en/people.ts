import { plural } from '../plural.ts'

function persons(count: number): string {
  return `${count} ${plural('en', count, { one: 'person', other: 'people' })}`
}

function units(count: number, shown: string): string {
  return `${shown} ${plural('en', count, { one: 'unit', other: 'units' })}`
}

/** The text of people, in English. */
export const people = {
  title: {
    none: 'You haven’t paired with anybody yet',
    some: (count: number, here: number, mutual: number) =>
      [
        persons(count),
        here === 0 ? 'nobody is connected' : `${here} connected`,
        ...(mutual === 0 ? [] : [mutual === count ? 'trust is mutual' : `mutual trust with ${mutual}`]),
      ].join('\u00a0· '),
  },
  tabs: { list: 'People', mesh: 'The mesh', label: 'Show people as' },
  add: 'Add somebody',
  /** Why somebody's PC does not work for others now, and since when. */
  away: {
    gone: (since: string | undefined) => (since === undefined ? 'not connected' : `gone since ${since}`),
    paused: (since: string | undefined) => (since === undefined ? 'not sharing' : `paused since ${since}`),
    'outside-hours': (since: string | undefined) =>
      since === undefined ? 'not sharing at this hour' : `not sharing since ${since}`,
  },
  closeAdd: 'Close',
  empty: {
    sentence: 'Meshwork works with people you know. Give somebody your code, or enter theirs.',
    noMatch: (search: string) => `Nobody is called “${search}”.`,
    clearSearch: 'Show everybody',
  },
  search: 'Find somebody',
  order: {
    label: 'Sort by',
    name: 'Name',
    trust: 'Your trust',
    seen: 'Last seen',
    helped: 'Most done for you',
  },
  column: {
    person: 'Person',
    trust: 'Your trust',
    theirs: 'Their trust',
    units: 'Units',
    reliability: 'Reliability',
  },
  /** The steps of trust, for sliders. */
  trust: { none: 'not at all', little: 'a little', some: 'some', much: 'a lot', full: 'fully' },
  trustIn: (name: string) => `Your trust in ${name}`,
  trustSet: {
    none: (name: string) => `You don’t trust ${name} any more. This PC no longer works for them.`,
    little: (name: string) => `You trust ${name} a little.`,
    some: (name: string) => `You trust ${name} somewhat.`,
    much: (name: string) => `You trust ${name} a lot.`,
    full: (name: string) => `You trust ${name} fully.`,
  },
  theirs: {
    unknown: 'not heard from yet',
    none: 'doesn’t trust you yet',
    little: 'trusts you a little',
    some: 'trusts you somewhat',
    much: 'trusts you a lot',
    full: 'trusts you fully',
  },
  tier: {
    first: 'goes first here',
    second: 'goes second here',
    none: 'gets nothing here',
  },
  tierExact: {
    first: 'Tier 1: you trust each other, so their work goes first on this PC.',
    second: 'Tier 2: only you trust them, so their work comes after that of people who trust you too.',
    none: 'No tier: you don’t trust them, so this PC doesn’t work for them.',
  },
  done: {
    forThem: (shown: string) => `${shown} for them`,
    forYou: (shown: string) => `${shown} for you`,
    exact: (verified: string, rejected: string, failed: string, expired: string) =>
      `Units for you: ${verified} verified, ${rejected} rejected, ${failed} failed, ${expired} late.`,
  },
  atWork: {
    forYou: (count: number) => `${units(count, String(count))} at work for you`,
    forThem: (count: number) => `${units(count, String(count))} of theirs here`,
  },
  reliability: {
    label: (name: string, share: string) => `Reliability of ${name} by day; ${share} on the whole`,
    none: 'nothing yet',
    unknown: (name: string) => `${name} hasn’t done anything for you yet`,
    exact: (share: string, good: string, all: string) =>
      `${good} of the ${all} units they took were accepted (${share}) since you paired. The line shows it by day, oldest first.`,
  },
  link: {
    /** In a list, in a few words. */
    over: {
      ip4: 'connected directly',
      ip6: 'connected directly (IPv6)',
      local: 'connected, same network',
      machine: 'connected directly, this PC',
    },
    relayed: 'connected through others',
    relayedThrough: (name: string) => `connected through ${name}`,
    in: (how: string, ms: string) => `${how}, ${ms} ms`,
    connected: 'connected',
    looking: 'looking for their PC…',
    unreachable: (since: string) => `unreachable since ${since}`,
    seen: (ago: string) => `last seen ${ago}`,
    never: 'not seen since this PC started',
    shares: (cores: string) => `They are sharing ${cores} cores right now.`,
    /** The state's name, on the person's page. */
    kind: {
      ip4: 'Direct, over the internet (IPv4)',
      ip6: 'Direct, over the internet (IPv6)',
      local: 'Direct, on the same network',
      machine: 'Direct, on this PC',
      relayed: 'Relayed',
      looking: 'Looking',
      unreachable: 'Unreachable',
    },
    page: {
      over: {
        ip4: (name: string) => `${name} is connected directly`,
        ip6: (name: string) => `${name} is connected directly, over IPv6`,
        local: (name: string) => `${name} is connected on the same network`,
        machine: (name: string) => `${name} is connected, on this PC`,
      },
      relayed: (name: string) => `${name} is connected through others`,
      relayedThrough: (name: string, relay: string) => `${name} is connected through ${relay}`,
      connected: (name: string) => `${name} is connected`,
      looking: (name: string) => `Looking for ${name}`,
      unreachable: (name: string, since: string) => `${name} has been unreachable since ${since}`,
      notLooked: (name: string) => `${name} is not connected`,
    },
    firstTry: 'The first try is under way.',
    relayedMeans: {
      why: 'Somebody you both know passes everything on. It is slower, but just as private: they can see that you two talk, and how much, but never what. Large files wait for a direct connection.',
      todo: 'Meshwork keeps trying for a direct one. It works once one of your routers lets the other in: see Settings, Network.',
    },
    why: {
      'no-address': 'This PC knows no address of theirs.',
      'no-answer': (count: number) =>
        `Nobody answers at the ${plural('en', count, { one: 'address', other: `${count} addresses` })} that this PC knows: their PC is off or offline, or behind a router that lets nobody in.`,
      refused: (_count: number) => 'Their PC answers, but Meshwork does not run there.',
      'no-route': (_count: number) =>
        'This PC has no way to their address: it is offline itself, or in another network.',
      'another-peer': (_count: number) => 'Somebody else answers where their PC was.',
      'turned-away':
        'Their PC ends the connection at once: they have blocked or forgotten this PC, or Meshwork is just shutting down there.',
    },
    todo: {
      'no-address':
        'It finds them as soon as somebody you both know is connected. Or pair again with a new code.',
      'no-answer':
        'Ask whether their PC is on and Meshwork is running. If it is, somebody you both know can pass things on, if their PC can be reached from outside. Or one of you lets others in: see Settings, Network.',
      refused: 'Ask them to start Meshwork. This PC then finds it by itself.',
      'no-route': 'Check whether this PC is online.',
      'another-peer':
        'Their PC has another address now. It is found as soon as somebody you both know is connected. Or pair again with a new code.',
      'turned-away': 'Ask them. If they no longer know you, pair again with a new code.',
    },
  },
  page: {
    gone: 'This person is not one of your people',
    back: 'All people',
    connection: 'Connection',
    since: 'Since',
    forSoLong: (duration: string) => `for ${duration}`,
    roundTrip: 'Round trip',
    address: 'At',
    through: 'Through',
    shortName: 'Short name',
    lastSeen: 'Last seen',
    notSeen: 'not since this PC started',
    tries: 'Tries',
    nextNow: 'One is under way.',
    nextIn: (duration: string) => `The next one in ${duration}.`,
  },
  more: (name: string) => `What to do with ${name}`,
  copyId: 'Copy their peer id',
  copied: 'Copied',
  forget: {
    action: 'Forget',
    done: (name: string) => `${name} is forgotten.`,
    failed: (name: string) => `${name} could not be forgotten.`,
  },
  block: {
    action: 'Block…',
    question: (name: string) => `Block ${name}?`,
    meaning:
      'They are removed from your people, their work for you goes to others, and no code lets them back in until you unblock them.',
    confirm: 'Block',
    cancel: 'Keep',
    done: (name: string) => `${name} is blocked.`,
  },
  blocked: {
    title: (count: number) => `Blocked (${count})`,
    since: (date: string) => `blocked ${date}`,
    unblock: 'Unblock',
    unblockOf: (name: string) => `Unblock ${name}`,
    unblocked: (name: string) => `${name} may pair with you again.`,
  },
  requests: {
    title: 'Waiting for an answer',
    incoming: (name: string) => `${name} wants to pair with you`,
    incomingHint: (shortName: string, ago: string) =>
      `They used your code ${ago}. Their short name is ${shortName}: ask whether it is theirs.`,
    trust: (name: string) => `Your trust in ${name}`,
    yourTrust: 'Your trust',
    accept: 'Accept',
    decline: 'Decline',
    accepted: (name: string) => `You are paired with ${name}.`,
    declined: (name: string) => `${name} was declined.`,
    outgoing: (name: string) => `Waiting for ${name} to accept`,
    outgoingHint: (until: string) => `You entered their code. It is good until ${until}.`,
    giveUp: 'Give up',
    refused: (name: string) => `${name} did not accept, or the code has expired.`,
    gaveUp: (name: string) => `You’re no longer waiting for ${name}.`,
  },
  mine: {
    title: 'Give them your code',
    hint: 'The person who enters it asks to pair with you. You then accept, and choose how far you trust them.',
    qr: 'Your code as a QR code, which a phone or another PC can read',
    code: 'Your code',
    copyCode: 'Copy code',
    copyLink: 'Copy link',
    copied: 'Copied',
    goodUntil: (until: string) => `Good for one person until ${until}.`,
    expired: 'This code has expired.',
    used: 'This code was used.',
    renew: 'New code',
    making: 'Making a code…',
  },
  enter: {
    title: 'Enter theirs',
    hint: 'Paste the code or the link that they sent you.',
    label: 'Their code or link',
    placeholder: 'meshwork:…',
    trust: 'Your trust in them',
    pair: 'Pair',
    pairing: 'Looking for their PC…',
    noCode: 'This isn’t a whole code. A code begins with “meshwork:” and has about 100 letters and digits.',
    paired: (name: string) => `You are paired with ${name}.`,
    waiting: (name: string) => `${name} has been asked, and needs to accept. You don’t have to stay here.`,
  },
  /** Why pairing did not work, and what to do. */
  pairFault: {
    mistyped: 'A letter of this code is missing or wrong. Copy the whole code again.',
    refused:
      'This code doesn’t work: it was used, has expired, or was not copied whole. Copy it again, or ask them for a new one.',
    own: 'This is your own code, or that of somebody whom you have blocked. Enter that of somebody else, or unblock them first.',
    blocked: 'They don’t let this PC in. Ask them.',
    unreachable:
      'Their PC doesn’t answer. Is it on, with Meshwork running, and online? The code stays good: try again in a moment.',
    late: 'Their PC was too slow to answer. Try again in a moment.',
    busy: 'Too many people are asking their PC at once. Try again in a few minutes.',
    other: (message: string) => `Pairing did not work: ${message}`,
  },
  mesh: {
    label: 'You in the middle, your people around you',
    you: 'You',
    legend: 'A line is as thick at each end as the trust that comes from there.',
    nearest: 'Those you trust most are nearest.',
    pulse: 'A moving line is work passing.',
    node: (name: string, mine: string, theirs: string) => `${name}: you trust them ${mine}, ${theirs}`,
    connected: 'connected',
    away: 'not connected',
    summary: (count: number, mutual: number, here: number, working: number) =>
      `${persons(count)}: mutual trust with ${mutual}, ${here} connected, work passing with ${working}.`,
    empty: 'This picture begins with the first person you pair with.',
  },
}
