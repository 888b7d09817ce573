import type { ComputeAllocationState, WorkAssignment } from '../../protocol/assignment.ts'
import { unitId, type Cid, type JobId, type PeerId } from '../../protocol/ids.ts'
import { CAPACITY_UNITS_MAX, LANES_MAX } from '../../protocol/limits.ts'
import { toTimestamp } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { PeerState } from '../../peer/state.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { sealEnvelope } from '../../protocol/envelope.ts'
import { NUMERIC_CLASS } from '../../protocol/engine.ts'
import type { DirectMessage } from '../../protocol/messages.ts'
import type { ExecutionReceipt, ReceiptBatch } from '../../protocol/receipt.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import { engineName, type Character, type Machine } from '../character.ts'
import type { Dice } from '../dice.ts'
import { rightOutput, wrongOutput } from './truth.ts'

/** How often a forger writes a letter. */
const FORGE_MS: readonly [number, number] = [300, 3_000]
/** Letters that a forger keeps to send again. */
const KEPT_LETTERS_MAX = 20
/** Attempts that a forger guesses at. */
const GUESSED_ATTEMPT_MAX = 6

/** The process that a forger runs in. */
export interface ForgerDependencies {
  readonly state: PeerState
  readonly machine: Machine
  readonly dice: Dice
  readonly clock: Clock
  readonly identity: Identity
  /** Sends a direct message, whatever becomes of it. */
  readonly send: (to: PeerId, message: Uint8Array) => void
}

/** Sends receipts for attempts that other peers hold or that were never made, again and again, and old letters once more. */
export function lie(dependencies: ForgerDependencies): void {
  const { state, dice } = dependencies
  const letters: { to: PeerId; message: Uint8Array }[] = []
  const write = (): void => {
    const jobs = openJobs(state)
    if (jobs.length > 0) {
      const { to, manifest, cid } = dice.pick(jobs)
      const receipts = Array.from({ length: dice.between(1, 5) }, () => forge(dependencies, manifest))
      letters.push({ to, message: letterOf(dependencies, to, manifest.job_id, cid, receipts) })
      if (letters.length > KEPT_LETTERS_MAX) letters.shift()
    }
    if (letters.length > 0) {
      const { to, message } = dice.pick(letters)
      dependencies.send(to, message)
    }
    dependencies.clock.after(dice.between(...FORGE_MS), write)
  }
  dependencies.clock.after(dice.between(...FORGE_MS), write)
}

/** Signed receipts, as the runtime sends them. */
function letterOf(
  { identity, machine, clock }: ForgerDependencies,
  to: PeerId,
  job_id: JobId,
  manifest_cid: Cid,
  receipts: ExecutionReceipt[],
): Uint8Array {
  const batch: ReceiptBatch = {
    batch_id: `forged-${clock.nowMs()}`,
    job_id,
    requester_id: to,
    provider_id: identity.peer,
    manifest_cid,
    engine: engineName(machine),
    numeric_class: NUMERIC_CLASS,
    receipts,
    timestamp: toTimestamp(clock.nowMs()),
  }
  const envelope = sealEnvelope('meshwork/1/receipts', batch, identity.peer, (m) => identity.sign(m))
  const message: DirectMessage = { kind: 'results', envelope }
  return encodeCanonical(message)
}

function openJobs(state: PeerState): { to: PeerId; manifest: JobManifest; cid: Cid }[] {
  return [...state.view.commitments.values()].flatMap((commitment) =>
    commitment.work_requests.flatMap((request) => {
      const { manifest_cid: cid } = request
      const manifest = cid === undefined ? undefined : state.view.manifests.get(cid)
      return cid === undefined || manifest === undefined ? [] : [{ to: commitment.peer_id, manifest, cid }]
    }),
  )
}

function forge(
  { dice, state, machine: { engine } }: ForgerDependencies,
  manifest: JobManifest,
): ExecutionReceipt {
  const unit = dice.between(0, manifest.unit_count - 1)
  const attempt = dice.between(1, GUESSED_ATTEMPT_MAX)
  if (dice.chance(0.2)) {
    const fault = { kind: 'unit-failed', message: 'forged' } as const
    return { unit_index: unit, attempt, outcome: { kind: 'fault', fault } }
  }
  const output = dice.chance(0.3)
    ? rightOutput(manifest, unit, engine)
    : wrongOutput(manifest, unit, state.me, engine)
  const { fuel } = output
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 1, fuel }
  const inline = manifest.params['inline'] === true ? { inline: output.bytes } : {}
  return { unit_index: unit, attempt, outcome: { kind: 'output', cid: output.cid, metrics, ...inline } }
}

/** A hoarder's allocation: all the capacity there can be for every job that it knows of. Others' are left as they are. */
export function overclaim(
  state: PeerState,
  character: Character,
  allocation: ComputeAllocationState,
  nowMs: number,
): ComputeAllocationState {
  const [slot, ...rest] = allocation.slot_assignments
  if (character.kind !== 'hoarder' || slot === undefined) return allocation
  const greed = openJobs(state).flatMap(({ to, manifest }): WorkAssignment[] => [
    {
      assignment_id: `greed-${manifest.job_id}`,
      work_unit_id: unitId(manifest.job_id, 0),
      assigned_to_peer: state.me,
      assigned_by_peer: to,
      slot_id: slot.slot_id,
      expected_start: toTimestamp(nowMs),
      expected_end: toTimestamp(nowMs + 1),
      resources_allocated: manifest.required_resources,
      verification_role: 'primary',
      timestamp: toTimestamp(nowMs),
      unit_count: CAPACITY_UNITS_MAX,
      concurrency: LANES_MAX,
      unit_seconds: 0.001,
    },
  ])
  return { ...allocation, slot_assignments: [{ ...slot, tier1_assignments: greed }, ...rest] }
}
