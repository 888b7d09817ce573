import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { LimitsSet } from '../../protocol/unit-limits.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { TurnClock } from '../../ports/clock.ts'
import type { Runner } from '../../ports/runner.ts'
import type { Defects } from '../defects.ts'

/** The ports and functions that the executor and its parts use. */
export interface ExecutorDependencies {
  /** This peer: its own jobs' blobs are no guests'. */
  readonly me: PeerId
  readonly clock: TurnClock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  /** The runner for a requester's units: own jobs and others' run apart. */
  readonly runnerFor: (requester: PeerId) => Runner
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** The limits for one unit here at this moment. */
  readonly lent: () => LimitsSet
  /** The key that came with the awards of an encrypted job, or an own job's. */
  readonly keyOf: (requester: PeerId, job: JobId) => JobKey | undefined
  readonly defects: Defects
  readonly signal: AbortSignal
}
