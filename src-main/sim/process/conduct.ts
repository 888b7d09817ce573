import type { Fault } from '../../protocol/fault.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { timeLimitMs } from '../../peer/requester/time-limit.ts'
import { voiceOf } from '../character.ts'
import type { Dice } from '../dice.ts'
import { STRAGGLER_FACTOR, type PlannedPeer, type UnitDurations } from '../scenario.ts'
import type { Minds } from './minds.ts'
import { rightOutput, wrongOutput, type Output } from './truth.ts'

/** How a peer's machine and its person deal with units; it outlives the runs of its program. */
export interface Conduct {
  /** A unit begins. @returns how long it occupies a core: until it is computed, or until its time limit if it never ends */
  begin(manifest: JobManifest, unit: number): number
  /** The end of a unit: an output, right or wrong, a fault, or none at all. */
  end(manifest: JobManifest, unit: number): Output | Fault | undefined
}

/** The conduct of a planned peer. */
export function createConduct(
  { peer, character, machine }: Pick<PlannedPeer, 'peer' | 'character' | 'machine'>,
  durations: UnitDurations,
  minds: Minds,
  dice: Dice,
): Conduct {
  /** Units that were computed so far. */
  let computed = 0

  /** Whether a unit never ends: at a staller none does, elsewhere the job's parameters name those that do not. */
  function neverEnds({ params }: JobManifest, unit: number): boolean {
    if (character.kind === 'staller') return true
    return Array.isArray(params['loops']) && params['loops'].includes(unit)
  }

  function lies(manifest: JobManifest, unit: number): boolean {
    switch (character.kind) {
      case 'colluder':
      case 'whitewasher':
        return true
      case 'wrong':
        return dice.chance(character.share)
      case 'sleeper':
        return computed > character.honestUnits
      case 'sybil':
        return character.isBold || minds.liesAbout(character.mind, manifest, unit)
      default:
        return false
    }
  }

  return {
    begin(manifest, unit) {
      if (character.kind === 'sybil') minds.begun(character.mind, peer, manifest, unit)
      if (neverEnds(manifest, unit)) return timeLimitMs(manifest)
      const { factor, stragglers } = durations
      const straggles = dice.chance(stragglers) ? STRAGGLER_FACTOR : 1
      const slowness = factor[0] + dice.next() * (factor[1] - factor[0])
      const usualMs = (manifest.estimated_duration_seconds * 1_000) / machine.score
      return Math.max(1, usualMs * slowness * straggles)
    },
    end(manifest, unit) {
      computed++
      if (character.kind === 'silent') return undefined
      if (character.kind === 'failing') return { kind: character.fault, message: 'so it says' }
      if (neverEnds(manifest, unit)) return { kind: 'timed-out', message: 'stopped after its time' }
      if (!lies(manifest, unit)) return rightOutput(manifest, unit, machine.engine, peer)
      return wrongOutput(manifest, unit, voiceOf(character, peer), machine.engine)
    },
  }
}
