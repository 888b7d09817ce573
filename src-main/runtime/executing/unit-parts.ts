import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { partSeal } from '../../protocol/job-key.ts'
import type { PartList } from '../../protocol/work.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunInput } from '../../ports/runner.ts'
import type { Trust, UnitInputs, Want } from './unit-inputs.ts'

/** The disk that parts fetched or in use at once take, about … */
const AHEAD_BYTES = 256 << 20
/** … and however small they are, there is nothing to gain from more of them. */
const AHEAD_MAX = 256

/** Parts are released in batches of this time: each change to the pins costs a flush of the disk. */
const LET_GO_WITHIN_MS = 250

/** The parts of a split job that units here read: a few are fetched ahead, and each goes when its unit has run. */
export interface UnitParts {
  /** Keeps the parts of these units until they are let go of, whether they are here or still to come. */
  keep(units: readonly number[]): void
  /** Does something for one unit when its turn comes: the parts here at once are limited. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** A unit's part on this disk. @throws FaultError `malformed` for a unit that has none; as `UnitInputs.input` does */
  part(unit: number, trust: Trust): Promise<RunInput>
  /** These units need their parts no longer. */
  letGo(units: readonly number[]): void
}

/** The list of parts, and the ports that are used. */
export interface UnitPartsOptions {
  readonly list: PartList
  readonly clock: Clock
  readonly blobs: Pick<BlobStore, 'pin' | 'unpin'>
  readonly inputs: UnitInputs
  readonly want: Want & { readonly owner: string }
  /** Blobs that all units of the job need, and that are kept in the same name. */
  readonly shared: readonly Cid[]
  /** How many units run at once here at this moment. */
  readonly concurrency: () => number
  /** Told when parts could not be let go of. */
  readonly failed: (error: unknown) => void
}

/** Creates them for one job. */
export function createUnitParts(options: UnitPartsOptions): UnitParts {
  const { list, blobs, inputs, want, concurrency } = options
  const { owner, ...wantKept } = want
  const shared = new Set(options.shared)
  const waiting: (() => void)[] = []
  let open = 0
  let largestBytes = 0
  /** Parts that no unit here needs any longer. */
  let used: Cid[] = []

  function dropUsed(): void {
    const dropped = used
    used = []
    // The store is closed: the next start lets go of them with the whole job.
    if (want.signal.aborted) return
    try {
      blobs.unpin(owner, dropped)
    } catch (error) {
      options.failed(error)
    }
  }

  /** Each worker has a part to work on and one to go on with; small parts may be more, so that they travel together. */
  function room(): number {
    const least = 2 * concurrency()
    if (largestBytes === 0) return least
    return Math.max(least, Math.min(AHEAD_MAX, Math.floor(AHEAD_BYTES / largestBytes)))
  }

  function admit(): void {
    while (open < room()) {
      const next = waiting.shift()
      if (next === undefined) return
      open++
      next()
    }
  }

  function cidsOf(units: readonly number[]): Cid[] {
    return units.flatMap((unit) => list[unit] ?? [])
  }

  return {
    keep: (units) => blobs.pin(cidsOf(units), owner, want.guest),
    async inTurn(work) {
      await new Promise<void>((enter) => {
        waiting.push(enter)
        admit()
      })
      try {
        return await work()
      } finally {
        open--
        admit()
      }
    },
    async part(unit, trust) {
      const cid = list[unit] ?? refuse('malformed', `unit ${unit} of a job with ${list.length} parts`)
      const input = await inputs.input(cid, wantKept, trust)
      largestBytes = Math.max(largestBytes, 1, input.layout.bytes)
      admit()
      const { key } = want
      return key === undefined ? input : { ...input, seal: partSeal(key, unit) }
    },
    letGo(units) {
      if (used.length === 0) options.clock.after(LET_GO_WITHIN_MS, dropUsed)
      // A part that another unit reads too may be dropped early: the other unit then fetches it again.
      used.push(...cidsOf(units).filter((cid) => !shared.has(cid)))
    },
  }
}
