import { engineIdOf, NUMERIC_CLASS, type EngineDigest, type EngineId } from '../protocol/engine.ts'
import type { Fault } from '../protocol/fault.ts'

/**
 * How a peer behaves. All peers run the real brain; dishonest ones change its inputs or outputs.
 *
 * - `wrong`: returns an output of its own making for a share of the units
 * - `colluder`: returns the one wrong output on which all colluders agree
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
const USUAL_ENGINE: EngineDigest = 'usual'

/** A machine's engine, as its capabilities name it. */
export function enginePartsOf({ engine = USUAL_ENGINE }: Machine) {
  return { engine_digest: engine, numeric_class: NUMERIC_CLASS }
}

/** A machine's engine. */
export function engineOfMachine(machine: Machine): EngineId {
  return engineIdOf(enginePartsOf(machine))
}

/** Whether a peer may return outputs that are not right. */
export function mayReturnWrong({ kind }: Character): boolean {
  return kind === 'wrong' || kind === 'colluder' || kind === 'forger'
}

/** Whether a peer may say that a unit failed although it did not. */
export function mayAccuse({ kind }: Character): boolean {
  return kind === 'failing' || kind === 'forger'
}
