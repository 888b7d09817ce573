import { engineIdOf, UNTOLD_ENGINE, type EngineId } from '../../protocol/engine.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { AlgorithmCapability } from '../../protocol/slot.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { comparesExactly } from '../../protocol/comparator.ts'
import type { AttemptState, JobState, UnitState } from './slice.ts'
import type { PeerState } from '../state.ts'

/** So often may a peer return a unit by another engine than it had offered: programs are not updated more often. */
const OTHER_ENGINES_MAX = 3

/** The part of a manifest that names an algorithm. */
type AlgorithmOf = Pick<JobManifest, 'algorithm_id' | 'algorithm_version'>

/**
 * Whether the results of a job's peers are compared bit for bit. Then all results of a unit must come from one engine;
 * where one peer computes a unit alone, or a comparator allows differences, any engine may. A job whose user lets fewer peers
 * check keeps the rule that it began under: results of two engines are never judged against each other.
 */
export function isExactlyChecked({ manifest }: Pick<JobState, 'manifest'>): boolean {
  return manifest.verification_redundancy > 1 && comparesExactly(manifest.comparator)
}

const enginesTold = new WeakMap<ComputeCommitment, Map<string, EngineId | undefined>>()

/**
 * The engine by which a peer would compute now, as it tells in its commitment.
 * @returns undefined while it is not known to run the algorithm: an offer may arrive before the commitment
 */
export function engineOfPeer(
  { me, view }: PeerState,
  peer: PeerId,
  algorithm: AlgorithmOf,
): EngineId | undefined {
  if (peer === me) return engineAmong(view.capabilities, algorithm) ?? UNTOLD_ENGINE
  const commitment = view.commitments.get(peer)
  if (commitment === undefined) return undefined
  let told = enginesTold.get(commitment)
  if (told === undefined) {
    told = new Map<string, EngineId | undefined>()
    enginesTold.set(commitment, told)
  }
  const key = `${algorithm.algorithm_id}\n${algorithm.algorithm_version}`
  if (told.has(key)) return told.get(key)
  const capabilities = commitment.availability_slots.flatMap(({ algorithms }) => algorithms)
  const engine = engineAmong(capabilities, algorithm)
  told.set(key, engine)
  return engine
}

/** The first engine that is told for an algorithm. Slots that begin later tell none (see `publishedSlots`). */
function engineAmong(
  capabilities: readonly AlgorithmCapability[],
  { algorithm_id, algorithm_version }: AlgorithmOf,
): EngineId | undefined {
  let found: EngineId | undefined
  for (const capability of capabilities) {
    if (capability.algorithm_id !== algorithm_id || capability.version !== algorithm_version) continue
    found = engineIdOf(capability)
    if (found !== UNTOLD_ENGINE) return found
  }
  return found
}

/** The engine under which an attempt was awarded. */
export function engineOfAttempt({ engine = UNTOLD_ENGINE }: AttemptState): EngineId {
  return engine
}

/** The engine whose results a unit has or waits for; undefined for one that any engine may begin. */
export function engineOfUnit({ attempts }: UnitState): EngineId | undefined {
  for (const attempt of attempts) {
    const { state } = attempt.status
    if (state === 'awarded' || state === 'returned') return engineOfAttempt(attempt)
  }
  return undefined
}

/**
 * Whether the peer of an attempt may have a result of the unit by another engine, from an earlier one: then it is to
 * compute the unit again. That result need not have arrived.
 */
export function isAnew({ attempts }: UnitState, attempt: AttemptState): boolean {
  return attempts.some(
    (before) =>
      before.peer === attempt.peer &&
      before.attempt < attempt.attempt &&
      (engineOfAttempt(before) !== engineOfAttempt(attempt) ||
        (before.status.state === 'void' && before.status.why === 'other-engine')),
  )
}

/** The attempts of a unit that answered by another engine than their peers had offered. */
function otherEngineAttempts({ attempts }: UnitState): readonly AttemptState[] {
  return attempts.filter(({ status }) => status.state === 'void' && status.why === 'other-engine')
}

/** Peers that returned a unit by another engine than they had offered, and that still offer that one. */
export function stillOffering(state: PeerState, job: JobState, unit: UnitState): readonly PeerId[] {
  return otherEngineAttempts(unit).flatMap((attempt) =>
    engineOfPeer(state, attempt.peer, job.manifest) === engineOfAttempt(attempt) ? [attempt.peer] : [],
  )
}

/** Peers that did so too often to be asked for the unit again. */
export function unsteadyPeers(unit: UnitState): readonly PeerId[] {
  const peers = otherEngineAttempts(unit).map(({ peer }) => peer)
  return peers.filter((peer) => peers.filter((other) => other === peer).length >= OTHER_ENGINES_MAX)
}

/** Whether an output came from another engine than its peer had offered. Peers that tell none promise none. */
export function isFromOther(attempt: AttemptState, computedBy: EngineId | undefined): boolean {
  return attempt.engine !== undefined && computedBy !== undefined && computedBy !== attempt.engine
}
