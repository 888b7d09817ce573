/** Peers, acquaintances and jobs of scenarios that are planned, not drawn: honest people in good weather. */
import { PeerId, type JobId } from '../protocol/ids.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { Machine } from './character.ts'
import type { Dice } from './dice.ts'
import { ALGORITHM, START_MS, type Acquaintance, type PlannedPeer } from './scenario.ts'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const TRUST = 0.8

/** An honest peer that always shares all that its machine has. */
export function plannedPeer(name: string, machine: Machine, joinsAtMs: number, dice: Dice): PlannedPeer {
  const tail = Array.from({ length: 44 }, () => BASE58[dice.between(0, BASE58.length - 1)]).join('')
  const resources = { cpu_cores: machine.cores, ram_gb: 2 * machine.cores }
  return {
    peer: PeerId.parse(`12D3KooW${tail}`),
    name,
    character: { kind: 'honest' },
    machine,
    joinsAtMs,
    availability: { kind: 'always', resources, priority: 0.5 },
  }
}

/** Two who pair, and trust each other as much as is usual. */
export function plannedFriends(inviter: PeerId, joiner: PeerId): Acquaintance {
  return { inviter, joiner, trustByInviter: TRUST, trustByJoiner: TRUST }
}

/** A job's size and place. */
interface PlannedJob {
  readonly requester: PeerId
  readonly number: number
  readonly units: number
  readonly unitSeconds: number
  readonly redundancy: number
  /** 0 to 1. */
  readonly priority: number
}

/** A job whose units take a core each. */
export function plannedJob(job: PlannedJob): JobManifest {
  return {
    job_id: `job-${job.number}` as JobId,
    requester_id: job.requester,
    description: 'a planned job',
    algorithm_id: ALGORITHM.algorithm_id,
    algorithm_version: ALGORITHM.version,
    params: { inline: true },
    inputs: {},
    unit_count: job.units,
    required_resources: { cpu_cores: 1, ram_gb: 0 },
    estimated_duration_seconds: job.unitSeconds,
    priority: job.priority,
    verification_redundancy: job.redundancy,
    created_at: toTimestamp(START_MS),
  }
}
