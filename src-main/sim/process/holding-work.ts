import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { JobManifest } from '../../protocol/work.ts'

/** The units of one requester's job that a peer has to compute. */
export interface HoldingWork {
  readonly requester: PeerId
  readonly job: JobId
  /** Undefined until it is fetched. */
  manifest: JobManifest | undefined
  /** Units that wait for the manifest. */
  readonly waiting: AwardedUnit[]
  /** The attempt of each unit that is still to be reported. */
  readonly wanted: Map<number, number>
  /** Blobs that are kept until the holding is released. */
  readonly outputs: Cid[]
  /** Receipts that are to be dispatched together. */
  finished: ExecutionReceipt[]
  isFlushDue: boolean
}

/** One unit on its way through the cores. */
export interface UnitTask {
  readonly work: HoldingWork
  readonly manifest: JobManifest
  readonly unit: number
  startedAtMs: number
  cancelled: boolean
}

/** Work of a job whose manifest is not here yet. */
export function emptyWork(requester: PeerId, job: JobId): HoldingWork {
  return {
    requester,
    job,
    manifest: undefined,
    waiting: [],
    wanted: new Map(),
    outputs: [],
    finished: [],
    isFlushDue: false,
  }
}
