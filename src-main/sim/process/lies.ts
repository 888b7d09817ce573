import type { ComputeAllocationState, WorkAssignment } from '../../protocol/assignment.ts'
import { unitId, type PeerId } from '../../protocol/ids.ts'
import { CAPACITY_UNITS_MAX, LANES_MAX } from '../../protocol/limits.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import { toTimestamp } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { PeerState } from '../../peer/state.ts'
import { engineOfMachine, type Character, type Machine } from '../character.ts'
import type { Dice } from '../dice.ts'
import type { Message } from '../message.ts'
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
  readonly after: (delayMs: number, action: () => void) => void
  readonly nowMs: () => number
  readonly send: (to: PeerId, message: Message) => void
}

/** Sends receipts for attempts that other peers hold or that were never made, again and again, and old letters once more. */
export function lie(dependencies: ForgerDependencies): void {
  const { state, dice } = dependencies
  const engine = engineOfMachine(dependencies.machine)
  const letters: { to: PeerId; message: Message }[] = []
  const write = (): void => {
    const jobs = openJobs(state)
    if (jobs.length > 0) {
      const { to, manifest } = dice.pick(jobs)
      const receipts = Array.from({ length: dice.between(1, 5) }, () => forge(dependencies, manifest))
      letters.push({ to, message: { kind: 'results', job: manifest.job_id, receipts, engine } })
      if (letters.length > KEPT_LETTERS_MAX) letters.shift()
    }
    if (letters.length > 0) {
      const { to, message } = dice.pick(letters)
      dependencies.send(to, message)
    }
    dependencies.after(dice.between(...FORGE_MS), write)
  }
  dependencies.after(dice.between(...FORGE_MS), write)
}

function openJobs(state: PeerState): { to: PeerId; manifest: JobManifest }[] {
  return [...state.view.commitments.values()].flatMap((commitment) =>
    commitment.work_requests.flatMap((request) => {
      const manifest =
        request.manifest_cid === undefined ? undefined : state.view.manifests.get(request.manifest_cid)
      return manifest === undefined ? [] : [{ to: commitment.peer_id, manifest }]
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
