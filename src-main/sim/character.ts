import { engineIdOf, NUMERIC_CLASS, type EngineDigest, type EngineId } from '../protocol/engine.ts'
import type { Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import { engineDigest } from '../runtime/engine-digest.ts'

/**
 * How a peer behaves. All peers run the real brain and runtime; dishonest ones have another machine or person.
 *
 * - `wrong`: returns an output of its own making for a share of the units
 * - `colluder`: returns the one wrong output on which all colluders agree
 * - `sleeper`: is honest for so many units, and returns outputs of its own making after that
 * - `whitewasher`: returns outputs of its own making; when a requester has found it out, it comes back under a new key
 * - `sybil`: one of several keys of one mind, which all return the same wrong output: of every unit where they are bold,
 *   else only of units that a quorum of them was given
 * - `free-rider`: has jobs, and lends nothing
 * - `silent`: takes awards and never answers
 * - `failing`: says that units failed
 * - `staller`: keeps each unit for its whole time limit, and then says that it did not end
 * - `withholder`: returns right outputs and never hands over their blobs
 * - `forger`: besides working, sends receipts for attempts that were never its own, and old ones again
 * - `hoarder`: offers every unit that it hears of, whatever it holds or has room for
 */
export type Character =
  | { readonly kind: 'honest' }
  | { readonly kind: 'wrong'; readonly share: number }
  | { readonly kind: 'colluder' }
  | { readonly kind: 'sleeper'; readonly honestUnits: number }
  | { readonly kind: 'whitewasher' }
  | { readonly kind: 'sybil'; readonly mind: number; readonly isBold: boolean }
  | { readonly kind: 'free-rider' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'failing'; readonly fault: Fault['kind'] }
  | { readonly kind: 'staller' }
  | { readonly kind: 'withholder' }
  | { readonly kind: 'forger' }
  | { readonly kind: 'hoarder' }

/** The speed, the clock and the engine of one machine. */
export interface Machine {
  readonly cores: number
  /** Speed of a core as a share of the reference machine's. */
  readonly score: number
  /** How far its clock is ahead of the simulated world's. */
  readonly skewMs: number
  /** Another engine than most have: it returns other bytes for every unit. */
  readonly engine?: EngineDigest
}

/** The engine of most machines. */
const USUAL_ENGINE = 'usual'

/** The name of a machine's engine, as its runner tells it. */
export function engineName({ engine = USUAL_ENGINE }: Machine): string {
  return `sim+${engine}`
}

/** A machine's engine, as its capabilities name it. */
export function enginePartsOf(machine: Machine) {
  return { engine_digest: engineDigest(engineName(machine)), numeric_class: NUMERIC_CLASS }
}

/** A machine's engine. */
export function engineOfMachine(machine: Machine): EngineId {
  return engineIdOf(enginePartsOf(machine))
}

/** The name under which a peer lies: peers of one name return the same wrong outputs. */
export function voiceOf(character: Character, peer: PeerId): string {
  switch (character.kind) {
    case 'colluder':
      return 'colluders'
    case 'sybil':
      return `mind ${character.mind}`
    default:
      return peer
  }
}

/** Whether a peer may return outputs that are not right. */
export function mayReturnWrong({ kind }: Character): boolean {
  return ['wrong', 'colluder', 'sleeper', 'whitewasher', 'sybil', 'forger'].includes(kind)
}

/** Whether a peer may say that a unit failed although it did not. */
export function mayAccuse({ kind }: Character): boolean {
  return kind === 'failing' || kind === 'forger'
}

/** Whether a peer returns what its machine computed, and nothing else. */
export function isHonest({ kind }: Character): boolean {
  return kind === 'honest' || kind === 'free-rider'
}
