import type { PeerId } from '../../protocol/ids.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { timeLimitMs } from '../../peer/requester/time-limit.ts'
import type { Character, Machine } from '../character.ts'
import type { Dice } from '../dice.ts'
import { STRAGGLER_FACTOR, type UnitDurations } from '../scenario.ts'
import { rightOutput, wrongOutput, type Output } from './truth.ts'

/** The peer that a unit runs at. */
export interface UnitRunner {
  readonly me: PeerId
  readonly machine: Machine
  readonly character: Character
  readonly durations: UnitDurations
  readonly dice: Dice
}

/** How long a unit occupies a core: until it is computed, or until its time limit if it never ends. */
export function durationMs(runner: UnitRunner, manifest: JobManifest, unit: number): number {
  if (neverEnds(runner, manifest, unit)) return timeLimitMs(manifest)
  const { dice, durations, machine } = runner
  const { factor, stragglers } = durations
  const straggles = dice.chance(stragglers) ? STRAGGLER_FACTOR : 1
  const slowness = factor[0] + dice.next() * (factor[1] - factor[0])
  return Math.max(1, ((manifest.estimated_duration_seconds * 1_000) / machine.score) * slowness * straggles)
}

/** The outcome that a peer of this character has for a unit: an output, right or wrong, a fault, or none at all. */
export function outcomeOf(
  runner: UnitRunner,
  manifest: JobManifest,
  unit: number,
): Output | Fault | undefined {
  const { character, machine } = runner
  if (character.kind === 'silent') return undefined
  if (character.kind === 'failing') return { kind: character.fault, message: 'so it says' }
  if (neverEnds(runner, manifest, unit)) return { kind: 'timed-out', message: 'stopped after its time' }
  const lies =
    character.kind === 'colluder' || (character.kind === 'wrong' && runner.dice.chance(character.share))
  if (!lies) return rightOutput(manifest, unit, machine.engine, runner.me)
  return wrongOutput(manifest, unit, character.kind === 'colluder' ? 'colluders' : runner.me, machine.engine)
}

/** Whether a unit never ends: at a staller none does, elsewhere the job's parameters name those that do not. */
function neverEnds({ character }: UnitRunner, { params }: JobManifest, unit: number): boolean {
  if (character.kind === 'staller') return true
  return Array.isArray(params['loops']) && params['loops'].includes(unit)
}
