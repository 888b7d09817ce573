import { onlyFault } from '../../protocol/fault.ts'
import type { Seal } from '../../protocol/job-key.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { BlobKeeper, BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunOutcome } from '../../ports/runner.ts'
import { faultOutcome, receiptOutcome, type ReceiptOutcome } from './run-receipt.ts'

/**
 * Units that end within this time of each other share one flush of their outputs and one event: less than a message to
 * another peer takes, and on a busy machine a flush costs as much as several small units.
 */
const GATHER_MS = 16
/** A longer unit leaves its lane empty until its end is known: nothing is worth waiting for. */
const GATHERED_MS_MAX = 100

/** How one attempt of a unit ended here. */
interface FinishedUnit {
  readonly unit_index: number
  readonly attempt: number
  readonly outcome: RunOutcome
  /** By what its output is sealed, of an encrypted job. */
  readonly seal?: Seal | undefined
}

/** Makes receipts of units that ended, many together. */
export interface FinishedUnits {
  add(unit: FinishedUnit): void
}

/** The ports and functions that are used. */
export interface FinishedUnitsDependencies {
  readonly clock: Clock
  readonly blobs: BlobStore
  /** Who keeps the outputs, from the moment at which they are stored. */
  readonly keeper: BlobKeeper
  /** Takes the receipts of units that ended together; their outputs are stored. Failures are its own affair. */
  readonly deliver: (receipts: ExecutionReceipt[]) => void
  /** Takes units whose end could not be told for a defect of ours. */
  readonly failed: (units: readonly Pick<FinishedUnit, 'unit_index' | 'attempt'>[], error: unknown) => void
}

/** Creates it for one job. */
export function createFinishedUnits({
  clock,
  blobs,
  keeper,
  deliver,
  failed,
}: FinishedUnitsDependencies): FinishedUnits {
  let finished: FinishedUnit[] = []

  async function receiptOf(unit: FinishedUnit): Promise<ExecutionReceipt[]> {
    const { unit_index, attempt } = unit
    try {
      return [{ unit_index, attempt, outcome: await outcomeOf(unit) }]
    } catch (error) {
      failed([unit], error)
      return []
    }
  }

  async function outcomeOf({ outcome, seal }: FinishedUnit): Promise<ReceiptOutcome> {
    try {
      return await receiptOutcome(blobs, outcome, keeper, seal)
    } catch (error) {
      return faultOutcome(onlyFault(error))
    }
  }

  async function flush(): Promise<void> {
    const units = finished
    finished = []
    const receipts = (await Promise.all(units.map(receiptOf))).flat()
    if (receipts.length > 0) deliver(receipts)
  }

  return {
    add(unit) {
      finished.push(unit)
      const { outcome } = unit
      const isShort = outcome.kind === 'failed' || outcome.metrics.wall_ms <= GATHERED_MS_MAX
      if (finished.length === 1) clock.after(isShort ? GATHER_MS : 0, () => void flush())
    },
  }
}
