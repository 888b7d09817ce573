import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { Runner } from '../ports/runner.ts'
import type { Settings } from '../ports/settings.ts'
import type { PeerRuntime } from '../runtime/peer-runtime.ts'

/** The running peer that jobs are submitted to and followed in. */
export interface JobDependencies {
  readonly runtime: PeerRuntime
  readonly blobs: BlobStore
  readonly runner: Runner
  readonly settings: Settings
  readonly clock: Clock
  readonly random: Random
  /** Logs a defect of our own; callers only hear that there was one. */
  readonly report: (error: unknown) => void
}
