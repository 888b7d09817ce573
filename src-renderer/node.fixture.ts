import type {
  ComputeResource,
  HardwareInfo,
  JobId,
  JobSummary,
  Meters,
  NodeInfo,
  OwnReach,
  PairRequest,
  PauseRules,
  PeerId,
  Person,
  Preferences,
  SharingInfo,
  UnitHere,
  WorkingFor,
  WeekPlan,
} from '#contract'
import type { NodeMirror } from './state/node-mirror.ts'

/** Samples of what a node says: plausible wholes, of which a test names the part that it is about. */

const HOUR_MS = 3_600_000
const GIB = 2 ** 30

/** A peer's id. */
export function peerId(name: string): PeerId {
  return `12D3KooW${name}` as PeerId
}

/** A paired person, connected in the same network and trusted some. */
export function person(name: string, some: Partial<Person> = {}): Person {
  return {
    peer_id: peerId(name),
    name,
    short_name: `${name.toLowerCase()}-fox`,
    trust_mine: 0.5,
    trust_theirs: 0.5,
    tier: 1,
    connected: true,
    route: 'direct',
    paired_at_ms: Date.now() - 48 * HOUR_MS,
    verified: 12,
    rejected: 1,
    failed: 2,
    expired: 3,
    reliability: 0.9,
    reliability_by_day: [0.8, null, 1],
    done_for_them: 34,
    running_for_them: 0,
    running_for_us: 0,
    ...some,
  }
}

/** People as the mirror holds them. */
export function peopleMap(...people: readonly Person[]): NodeMirror['people'] {
  return new Map(people.map((one) => [one.peer_id, one]))
}

/** A request to pair that came in five minutes ago. */
export function pairRequest(name: string, some: Partial<PairRequest> = {}): PairRequest {
  return {
    peer_id: peerId(name),
    name,
    short_name: `${name.toLowerCase()}-fox`,
    direction: 'incoming',
    trust: 0.5,
    asked_at_ms: Date.now() - 5 * 60_000,
    expires_at_ms: Date.now() + HOUR_MS,
    ...some,
  }
}

/** Own jobs of which so many are running and so many done, as the mirror holds them. */
export function jobsMap(running: number, done = 0): NodeMirror['jobs'] {
  const job = (id: string, kind: 'running' | 'done') =>
    ({ job_id: id as JobId, state: { kind }, facts: { kind: 'other' }, submitted_at_ms: 0 }) as JobSummary
  const jobs = [
    ...Array.from({ length: running }, (_, i) => job(`running ${i}`, 'running')),
    ...Array.from({ length: done }, (_, i) => job(`done ${i}`, 'done')),
  ]
  return new Map(jobs.map((one) => [one.job_id, one]))
}

/** A unit that runs here for another peer. */
export function unitHere(index: number, some: Partial<UnitHere> = {}): UnitHere {
  return {
    requester: peerId('Ada'),
    is_own: false,
    job_id: 'job' as JobId,
    unit_index: index,
    fraction: 0.5,
    ...some,
  }
}

/** A person for whom this PC renders. */
export function workingFor(name: string, some: Partial<WorkingFor> = {}): WorkingFor {
  return { requester: peerId(name), is_own: false, name, kind: 'render', ...some }
}

/** A PC behind a closed router, without connections. */
export function ownReach(some: Partial<OwnReach> = {}): OwnReach {
  return {
    listening: { kind: 'kept', port: 4001 },
    addresses: [{ address: '/ip4/192.168.1.20/tcp/4001', scope: 'local' }],
    ipv6: 'none',
    nearby: true,
    reachability: 'unknown',
    confirmations: [],
    port_mapping: { state: 'none', allowed: true, why: 'no router answers' },
    relays: [],
    relaying: { choice: 'auto', is_on: false, lines: 0 },
    join_through: [],
    ...some,
  }
}

/** Resources that samples share: four cores and eight gigabytes. */
export const RESOURCES: ComputeResource = { cpu_cores: 4, ram_gb: 8 }

/** A week without hours, by UTC. */
export function weekPlan(some: Partial<WeekPlan> = {}): WeekPlan {
  return { time_zone: 'UTC', resources: RESOURCES, priority: 0.5, blocks: [], exceptions: [], ...some }
}

/** This PC, sharing around the clock, measured. */
export function nodeInfo(some: Partial<NodeInfo> = {}): NodeInfo {
  return {
    peer_id: peerId('Me'),
    short_name: 'my-owl',
    name: 'Studio',
    version: '1.2.3',
    pid: 4242,
    started_at_ms: Date.now() - 2 * HOUR_MS,
    addresses: [],
    reach: ownReach(),
    sharing: { kind: 'always', resources: RESOURCES, priority: 0.5 },
    lent: {
      fuel: 1_000,
      memory_pages: 16,
      table_elements: 16,
      input_bytes: 1_024,
      output_bytes: 1_024,
      log_bytes: 1_024,
      wall_ms: 1_000,
    },
    lent_set: {},
    algorithms: [
      { algorithm_id: 'render.path-trace', version: '1', supported: true, performance_score: 0.5 },
      { algorithm_id: 'wasm.module', version: '1', supported: true, performance_score: 0.5 },
    ],
    workers: 4,
    wall: { kind: 'bubblewrap' },
    contacts: 0,
    connections: [],
    traffic: { blob_bytes_in: 0, blob_bytes_out: 0, bytes_in: 0, bytes_out: 0 },
    blobs: { bytes: 5e9, quota_bytes: 20e9 },
    round: {
      ...{ number: 3, phases: ['commit'], active_jobs: [], people: [] },
      convergence: { converged: 0, lapsed: 0 },
    },
    troubles: [],
    rss_bytes: 1e8,
    ...some,
  }
}

/** A PC with eight cores, 16 GB and no graphics card. */
export function hardwareInfo(some: Partial<HardwareInfo> = {}): HardwareInfo {
  return {
    hostname: 'studio',
    os: 'Linux 6.8',
    cpu: { name: 'Ryzen 7', cores: 8, physical_cores: 4, speed_ghz: 3.6 },
    ram_bytes: 16 * GIB,
    disk: { path: '/home/ada/.meshwork', free_bytes: 300e9, total_bytes: 500e9 },
    gpus: [],
    measured_at_ms: Date.now() - 5 * 60_000,
    ...some,
  }
}

/** Sharing takes a tenth of the processor and a gigabyte of memory. */
export function meters(some: Partial<Meters> = {}): Meters {
  return {
    cpu_percent_units: 10,
    cpu_percent_others: 30,
    ram_bytes: GIB,
    disk_bytes: 5e9,
    disk_bytes_max: 20e9,
    upload_bytes_per_s: 0,
    download_bytes_per_s: 0,
    ...some,
  }
}

/** The rules of a new peer. */
export const RULES: PauseRules = {
  'in-use': { enabled: false, idle_minutes: 5 },
  'full-screen': { enabled: true },
  'other-load': { enabled: true, percent: 60 },
  'on-battery': { enabled: true },
  'low-battery': { enabled: true, percent: 30 },
  metered: { enabled: true },
  temperature: { enabled: true, celsius: 90 },
}

/** Sharing around the clock with a new peer's rules and no limit. */
export function sharingInfo(some: Partial<SharingInfo> = {}): SharingInfo {
  return {
    sharing: { kind: 'always', resources: RESOURCES, priority: 0.5 },
    rules: RULES,
    limits: { cpu_percent: 100 },
    now: { kind: 'sharing' },
    readings: [],
    meters: meters(),
    ...some,
  }
}

/** Preferences of a user who has gone through the first start. */
export function preferences(some: Partial<Preferences> = {}): Preferences {
  return {
    theme: 'system',
    language: 'system',
    notifications: true,
    start_at_login: false,
    first_start_done: true,
    show_pictures_to_helpers: false,
    ...some,
  }
}
