import { pick, type Dice } from '../compute/metering/dice.fixture.ts'
import { damagedBytes, fuzzSteps } from '../fuzz-bytes.fixture.ts'
import type { FuzzRange, FuzzStep, Fuzzer } from '../fuzz.ts'
import { decodeEvent, decodeState, encodeEvent, encodeState } from '../peer/codec.ts'
import { ComputeAllocationState } from '../protocol/assignment.ts'
import { decodeCanonical, encodeCanonical, equalBytes } from '../protocol/canonical.ts'
import { ComputeCommitment } from '../protocol/commitment.ts'
import type { Outcome } from '../protocol/fault.ts'
import { ENVELOPE_BYTES_MAX, MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import { DirectMessage } from '../protocol/messages.ts'
import { createDice } from './dice.ts'
import { drawScenario } from './scenario.ts'
import { createWorld } from './world.ts'

/** Inputs of a step. */
const STEP = 2_000
/** Meshes whose traffic and journals are damaged. */
const MESHES = [
  { seed: 11, peers: 5 },
  { seed: 12, peers: 7 },
] as const
/** Virtual time in which they produce something. */
const RUN_MS = 60_000
/** Samples of each kind that are kept. */
const SAMPLES_MAX = 200

/**
 * Records, snapshots, messages and published states of simulated meshes, damaged: each is read, or refused by a fault,
 * and what was read can be written down and read again.
 */
export const fuzzer: Fuzzer = { name: 'records', inputs: 'values', count: 500_000, run }

/** A kind of value, samples of it, and what reads it. */
interface Format {
  readonly name: string
  readonly samples: Uint8Array[]
  readonly read: (bytes: Uint8Array) => Outcome<unknown>
  /** How what was read is written down again. */
  readonly write?: (value: never) => Uint8Array
}

async function* run(range: FuzzRange): AsyncGenerator<FuzzStep> {
  const formats = await sampled()
  yield* fuzzSteps(range, STEP, (roll) => wrongWith(pick(roll, formats), roll))
}

function wrongWith({ name, samples, read, write }: Format, roll: Dice): string | undefined {
  const bytes = damagedBytes(roll, pick(roll, samples), samples)
  try {
    const decoded = read(bytes)
    if (!decoded.ok || write === undefined) return undefined
    const written = write(decoded.value as never)
    const again = read(written)
    const isSame = again.ok && equalBytes(write(again.value as never), written)
    return isSame ? undefined : `${name}: what was read cannot be written down and read again`
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The records, messages and publications of the meshes. */
async function sampled(): Promise<readonly Format[]> {
  const events: Format = { name: 'record', samples: [], read: decodeEvent, write: encodeEvent }
  const states: Format = { name: 'snapshot', samples: [], read: decodeState, write: encodeState }
  const messages: Format = {
    name: 'message',
    samples: [],
    read: (bytes) => decodeCanonical(bytes, DirectMessage, MESSAGE_BYTES_MAX),
  }
  const commitments: Format = {
    name: 'commitment',
    samples: [],
    read: (bytes) => decodeCanonical(bytes, ComputeCommitment, ENVELOPE_BYTES_MAX),
  }
  const allocations: Format = {
    name: 'allocation',
    samples: [],
    read: (bytes) => decodeCanonical(bytes, ComputeAllocationState, ENVELOPE_BYTES_MAX),
  }
  const keep = ({ samples }: Format, bytes: Uint8Array): void => {
    if (samples.length < SAMPLES_MAX) samples.push(bytes)
  }
  for (const { seed, peers } of MESHES) {
    const world = createWorld(drawScenario({ seed, peers }, createDice(seed)), seed, {
      turned: (process) => keep(states, encodeState(process.state)),
      taken: (_process, _from, message) => keep(messages, message),
      offered: (_process, allocation) => keep(allocations, encodeCanonical(allocation)),
      starting: () => undefined,
      died: () => undefined,
      restarted: () => undefined,
      submitted: () => undefined,
      happened: () => undefined,
    })
    const untilMs = world.schedule.nowMs() + RUN_MS
    while (world.schedule.nowMs() < untilMs && (await world.next()));
    for (const { disk } of world.residents.values()) {
      for (const { bytes } of disk.records) keep(events, bytes)
      for (const publication of disk.remembered.values()) {
        for (const { store, value } of publication.values()) {
          if (store === 'commitment') keep(commitments, encodeCanonical(value))
        }
      }
    }
  }
  return [events, states, messages, commitments, allocations].filter(({ samples }) => samples.length > 0)
}
