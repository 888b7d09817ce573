import type { Availability } from '../peer/sharing/slice.ts'
import type { Comparator } from '../protocol/comparator.ts'
import { PeerId, type JobId } from '../protocol/ids.ts'
import { toTimestamp } from '../protocol/time.ts'
import { POLICY, type Policy } from '../protocol/policy.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { Character, Machine } from './character.ts'
import type { Dice } from './dice.ts'
import type { Weather } from './network.ts'

/** When the simulated world begins. */
export const START_MS = Date.parse('2026-11-21T12:00:00.000Z')

/** A whole run follows from these two. */
export interface Parameters {
  readonly seed: number
  readonly peers: number
}

/** A peer of the scenario. Times count from the world's start. */
export interface PlannedPeer {
  readonly peer: PeerId
  readonly name: string
  readonly character: Character
  readonly machine: Machine
  readonly joinsAtMs: number
  readonly availability: Availability
  /** The key that its person had before: it joins when that one was found out. */
  readonly follows?: PeerId
}

/** Two peers that pair by invite as soon as both are there, and the trust that each gives. */
export interface Acquaintance {
  readonly inviter: PeerId
  readonly joiner: PeerId
  readonly trustByInviter: number
  readonly trustByJoiner: number
}

/** Where in its next turn that writes something a peer loses its power. */
export type CrashPoint = 'before-flush' | 'after-flush' | 'between-effects'

/** Something that a user, the power or the network does. */
export type Incident = { readonly atMs: number } & (
  | { readonly kind: 'submit'; readonly peer: PeerId; readonly manifest: JobManifest }
  | { readonly kind: 'cancel'; readonly peer: PeerId; readonly job: JobId }
  | { readonly kind: 'lower'; readonly peer: PeerId; readonly job: JobId; readonly redundancy: number }
  | { readonly kind: 'trust'; readonly peer: PeerId; readonly other: PeerId; readonly trust: number }
  | { readonly kind: 'forget'; readonly peer: PeerId; readonly other: PeerId }
  | { readonly kind: 'share'; readonly peer: PeerId; readonly availability: Availability }
  | { readonly kind: 'policy'; readonly peer: PeerId; readonly policy: Policy }
  | {
      readonly kind: 'pause'
      readonly peer: PeerId
      readonly lastsMs: number
      readonly finishFirst: boolean
    }
  | {
      readonly kind: 'crash'
      readonly peer: PeerId
      readonly point: CrashPoint | 'now'
      readonly downMs: number
    }
  | { readonly kind: 'partition'; readonly groups: readonly (readonly PeerId[])[]; readonly lastsMs: number }
)

/** How long units take, as a factor of what a machine's score says. */
export interface UnitDurations {
  /** A busy machine is slower by up to the second factor, a lucky one faster. Uniform in between. */
  readonly factor: readonly [number, number]
  /** The share of units that take STRAGGLER_FACTOR times as long. */
  readonly stragglers: number
}

/** The durations of every drawn scenario. */
export const DURATIONS: UnitDurations = { factor: [0.7, 1.5], stragglers: 0.02 }
/** Now and then a unit takes this many times as long. */
export const STRAGGLER_FACTOR = 8

/** All that is decided before a run begins. */
export interface Scenario {
  readonly peers: readonly PlannedPeer[]
  readonly acquaintances: readonly Acquaintance[]
  readonly weather: Weather
  readonly durations: UnitDurations
  readonly incidents: readonly Incident[]
  /** From now on the network is good, the power stays on and users leave things alone. Liars go on. */
  readonly calmAtMs: number
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** Liars among the peers at most; the guarantees of a job depend on how many there are. */
const LIARS_SHARE_MAX = 0.45

/** Meshes in which some peers have another engine. */
const OTHER_ENGINES_CHANCE = 0.35
/** Keys that a whitewasher has, one after the other. */
const WHITEWASHER_KEYS = 3

/** No incident happens in the last moments before calm, so that the last crashes are over by then. */
const CALMING_MS = 2_000

/** Draws a scenario. */
export function drawScenario({ peers: count }: Parameters, dice: Dice): Scenario {
  const calmAtMs = dice.between(8_000, 40_000)
  const peers = withNextKeys(drawPeers(count, calmAtMs, dice.fork()), dice.fork())
  const acquaintances = drawAcquaintances(peers, dice.fork())
  const weather = drawWeather(dice.fork())
  const incidents = drawIncidents(peers, calmAtMs, dice.fork())
  return {
    peers: drawEngines(peers, dice.fork()),
    acquaintances,
    weather,
    durations: DURATIONS,
    incidents,
    calmAtMs,
  }
}

/** Some meshes have peers of another version, honest or not. */
function drawEngines(peers: readonly PlannedPeer[], dice: Dice): readonly PlannedPeer[] {
  if (!dice.chance(OTHER_ENGINES_CHANCE)) return peers
  const share = dice.pick([0.2, 0.5])
  return peers.map((plan) =>
    dice.chance(share) ? { ...plan, machine: { ...plan.machine, engine: 'other' } } : plan,
  )
}

/** Adds the next keys of whitewashers. */
function withNextKeys(peers: readonly PlannedPeer[], dice: Dice): PlannedPeer[] {
  return peers.flatMap((plan) => {
    const keys = [plan]
    if (plan.character.kind !== 'whitewasher') return keys
    for (let key = 1, follows = plan.peer; key < WHITEWASHER_KEYS; key++) {
      const peer = drawPeerId(dice)
      keys.push({ ...plan, peer, name: `${plan.name}-${key}`, follows })
      follows = peer
    }
    return keys
  })
}

function drawPeers(count: number, calmAtMs: number, dice: Dice): PlannedPeer[] {
  const liars = dice.chance(0.3) ? 0 : dice.between(0, Math.floor(count * LIARS_SHARE_MAX))
  const isBold = dice.chance(0.5)
  const characters = dice.shuffle(
    Array.from({ length: count }, (_, i): Character =>
      i < liars ? drawLiar(dice, isBold) : { kind: 'honest' },
    ),
  )
  return characters.map((character, i) => {
    const machine = {
      cores: dice.between(1, 8),
      score: dice.chance(0.5) ? 1 : 0.2 + 0.8 * dice.next(),
      skewMs: dice.between(-8_000, 8_000),
    }
    return {
      peer: drawPeerId(dice),
      name: `p${i}`,
      character,
      machine,
      joinsAtMs: dice.chance(0.25) ? dice.between(0, calmAtMs) : dice.between(0, 500),
      availability:
        dice.chance(0.9) && character.kind !== 'free-rider' ? sharing(machine, dice) : { kind: 'never' },
    }
  })
}

/** Somebody who is up to no good. All Sybils of a mesh are of one mind. */
function drawLiar(dice: Dice, isBold: boolean): Character {
  const liars: Character[] = [
    { kind: 'wrong', share: dice.pick([0.1, 0.5, 1]) },
    { kind: 'colluder' },
    { kind: 'silent' },
    { kind: 'failing', fault: dice.pick(['unit-failed', 'runner-lost', 'blob-missing']) },
    { kind: 'withholder' },
    { kind: 'forger' },
    { kind: 'hoarder' },
    { kind: 'sleeper', honestUnits: dice.between(3, 40) },
    { kind: 'whitewasher' },
    { kind: 'sybil', mind: 1, isBold },
    { kind: 'sybil', mind: 1, isBold },
    { kind: 'free-rider' },
  ]
  return dice.pick(liars)
}

function drawPeerId(dice: Dice): PeerId {
  const tail = Array.from({ length: 44 }, () => BASE58[dice.between(0, BASE58.length - 1)]).join('')
  return PeerId.parse(`12D3KooW${tail}`)
}

function sharing({ cores }: Machine, dice: Dice): Availability {
  const resources = { cpu_cores: cores, ram_gb: dice.between(1, 2 * cores) }
  return { kind: 'always', resources, priority: dice.next() }
}

function drawAcquaintances(peers: readonly PlannedPeer[], dice: Dice): Acquaintance[] {
  const knowing = dice.pick([1, 1, 0.8])
  const trust = (): number => (dice.chance(0.1) ? 0 : dice.chance(0.3) ? 1 : 0.1 + 0.9 * dice.next())
  return peers.flatMap((inviter, i) =>
    peers
      .slice(i + 1)
      .flatMap((joiner) =>
        dice.chance(knowing)
          ? [{ inviter: inviter.peer, joiner: joiner.peer, trustByInviter: trust(), trustByJoiner: trust() }]
          : [],
      ),
  )
}

function drawWeather(dice: Dice): Weather {
  if (dice.chance(0.2)) return { delayMs: [1, 5], loss: 0, duplication: 0 }
  const slow = dice.between(2, 400)
  return { delayMs: [1, slow], loss: dice.pick([0, 0.01, 0.1, 0.3]), duplication: dice.pick([0, 0.05, 0.3]) }
}

/** Draws moments before calm, at most so many, and peers. */
function drawing(peers: readonly PlannedPeer[], calmAtMs: number, dice: Dice) {
  return {
    some: (max: number): number[] =>
      Array.from({ length: dice.between(0, max) }, () => dice.between(500, calmAtMs - CALMING_MS)),
    anyone: (): PeerId => dice.pick(peers).peer,
  }
}

function drawIncidents(peers: readonly PlannedPeer[], calmAtMs: number, dice: Dice): Incident[] {
  const incidents: Incident[] = []
  const { some, anyone } = drawing(peers, calmAtMs, dice)
  const riders = peers.filter(({ character }) => character.kind === 'free-rider')
  // Jobs of a key that is thrown away would have no end.
  const askers = peers.filter(({ character }) => character.kind !== 'whitewasher')
  for (let job = 0, jobs = riders.length + dice.between(1, 4); job < jobs; job++) {
    const requester = riders[job] ?? dice.pick(askers)
    const atMs = requester.joinsAtMs + dice.between(100, 10_000)
    const manifest = drawManifest(requester.peer, job, atMs, dice)
    incidents.push({ atMs, kind: 'submit', peer: requester.peer, manifest })
    const cancelAtMs = atMs + dice.between(1, 10_000)
    if (dice.chance(0.15) && cancelAtMs < calmAtMs) {
      incidents.push({ atMs: cancelAtMs, kind: 'cancel', peer: requester.peer, job: manifest.job_id })
    }
  }
  const points = ['now', 'before-flush', 'after-flush', 'between-effects'] as const
  for (const atMs of some(Math.ceil(peers.length / 2))) {
    const downMs = dice.chance(0.5) ? dice.between(10, 1_000) : dice.between(1_000, 15_000)
    incidents.push({ atMs, kind: 'crash', peer: anyone(), point: dice.pick(points), downMs })
  }
  for (const atMs of some(3)) {
    const shuffled = dice.shuffle(peers.map(({ peer }) => peer))
    const cut = dice.between(1, shuffled.length - 1)
    const groups = [shuffled.slice(0, cut), shuffled.slice(cut)]
    incidents.push({ atMs, kind: 'partition', groups, lastsMs: dice.between(500, 15_000) })
  }
  for (const atMs of some(2)) {
    const [peer, other] = dice.shuffle(peers.map((planned) => planned.peer))
    if (peer === undefined || other === undefined) break
    const trust = dice.pick([0, 0, 0.5, 1])
    incidents.push({
      atMs,
      ...(dice.chance(0.2) ? { kind: 'forget' } : { kind: 'trust', trust }),
      peer,
      other,
    })
  }
  for (const atMs of some(2)) {
    const { peer, machine, character } = dice.pick(peers)
    const isNever = dice.chance(0.4) || character.kind === 'free-rider'
    const availability: Availability = isNever ? { kind: 'never' } : sharing(machine, dice)
    incidents.push({ atMs, kind: 'share', peer, availability })
  }
  incidents.push(...drawSettings(peers, incidents, calmAtMs, dice))
  return incidents
}

/** Pauses and policies of users, after the jobs that are among the other incidents. */
function drawSettings(
  peers: readonly PlannedPeer[],
  others: readonly Incident[],
  calmAtMs: number,
  dice: Dice,
): Incident[] {
  const incidents: Incident[] = []
  const { some, anyone } = drawing(peers, calmAtMs, dice)
  // Users pause at any time, and some when they hear the fans: soon after a job begins.
  const begun = others.flatMap(({ kind, atMs }) =>
    kind === 'submit' ? [1, 2].map(() => atMs + dice.between(200, 3_000)) : [],
  )
  for (const atMs of [...some(3), ...begun]) {
    if (atMs > calmAtMs - CALMING_MS) continue
    const lastsMs = dice.between(100, Math.min(15_000, calmAtMs - atMs))
    incidents.push({ atMs, kind: 'pause', peer: anyone(), lastsMs, finishFirst: dice.chance(0.2) })
  }
  for (const atMs of some(2))
    incidents.push({ atMs, kind: 'policy', peer: anyone(), policy: drawPolicy(dice) })
  return incidents
}

function drawPolicy(dice: Dice): Policy {
  const step = (): number => dice.pick([0.02, 0.1, 0.5])
  return {
    // How many must agree is for the audit as it is usually.
    verification: { ...POLICY.verification, failed_pause_ms: dice.pick([1_000, 5_000, 20_000]) },
    reputation: {
      start: dice.pick([0.3, 0.6, 1]),
      ...{ verified: step(), rejected: step(), expired: step(), failed: step() },
      poor_below: dice.pick([0, 0.5, 0.8]),
    },
    patience: {
      better_provider_ms: dice.pick([0, 1_000, 15_000]),
      disconnected_ms: dice.pick([500, 3_000, 10_000]),
      other_engine_ms: dice.pick([0, 5_000, 20_000]),
    },
    deadlines: {
      late_factor: dice.pick([1.5, 3, 6]),
      late_ms_min: dice.pick([3_000, 15_000, 30_000]),
      first_late_ms_min: 10_000,
      late_doublings_max: dice.between(3, 8),
    },
    backups: { share_max: dice.pick([0, 0.05, 0.3]), count_min: dice.between(0, 4) },
    collection: POLICY.collection,
    ...drawPauses(dice),
  }
}

/** How often what was said or sent is said again: from as often as a policy allows to rarely. */
function drawPauses(dice: Dice): Pick<Policy, 'provider' | 'requester'> {
  const pause = (): number => dice.pick([1_000, 5_000, 20_000])
  return {
    provider: {
      ...{ resend_after_ms: pause(), tell_again_after_ms: pause(), plan_every_ms: pause() },
      ...{ repeat_unused_ms: pause(), repeat_used_ms: pause(), round_ms: pause() },
      unused_after_ms: dice.pick([100, 1_000, 10_000]),
      offer_grace_ms: pause(),
      hand_over_ahead_ms: dice.pick([0, 60, 1_000]),
      starving_after_ms: pause(),
    },
    requester: {
      relieve_every_ms: dice.pick([20, 50, 1_000]),
      recall_answered_ms: pause(),
      // A peer that is cut off is blamed for nothing (S-rules), and so this stays as long as a line can be dead.
      dead_line_ms: POLICY.requester.dead_line_ms,
      ...{ verdict_again_ms: pause(), verdict_again_ms_max: dice.pick([20_000, 3_600_000]) },
      verdict_kept_ms: POLICY.requester.verdict_kept_ms,
    },
  }
}

function drawManifest(requester: PeerId, number: number, atMs: number, dice: Dice): JobManifest {
  const estimated_duration_seconds = dice.pick([0.002, 0.05, 0.3, 1.5])
  const manifest: JobManifest = {
    job_id: `job-${number}` as JobId,
    requester_id: requester,
    description: 'a job of the simulation',
    algorithm_id: ALGORITHM.algorithm_id,
    algorithm_version: ALGORITHM.version,
    params: { inline: dice.chance(0.5) },
    inputs: {},
    unit_count: dice.between(1, estimated_duration_seconds < 0.1 ? 120 : 40),
    required_resources: { cpu_cores: dice.pick([0.5, 1, 1]), ram_gb: dice.pick([0, 0.2]) },
    estimated_duration_seconds,
    priority: dice.next(),
    verification_redundancy: dice.pick([1, 2, 2, 2, 3, 3, 4]),
    created_at: toTimestamp(START_MS + atMs),
  }
  const isTolerant = number % 2 === 1 && manifest.unit_count % 2 === 0
  return isTolerant ? { ...manifest, comparator: TOLERANCE } : manifest
}

/** Numbers that may differ a little from machine to machine. */
const TOLERANCE: Comparator = {
  name: 'numeric-tolerance',
  element: 'f64',
  absolute: 0,
  relative: 1e-9,
  outliers: 0,
}

/** The algorithm that every peer runs. */
export const ALGORITHM = { algorithm_id: 'sim.echo', version: '1.0.0' } as const
