import type { DurableEvent, PeerEvent } from '../../peer/event.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { Process } from './process.ts'

/** Observes a process. Throws when an invariant does not hold. */
export interface Watcher {
  /** The events of a turn are in the journal, their effects not performed yet; without durable ones, they are. */
  turned(process: Process, events: readonly PeerEvent[], durable: readonly DurableEvent[]): void
  /** A unit starts on one of this peer's cores. */
  starting(process: Process, requester: PeerId, job: JobId, unit: number, running: number): void
  /** A peer publishes what it offers. */
  offered(process: Process, allocation: ComputeAllocationState): void
  /** The peer acknowledged to another one that a direct message is safe with it. */
  taken(process: Process, from: PeerId, message: Uint8Array): void
}

/** A watcher whose errors end the world, not the program that it looks at. */
export function guarded(watcher: Watcher, failed: (error: unknown) => void): Watcher {
  const safely = (look: () => void): void => {
    try {
      look()
    } catch (error) {
      failed(error)
    }
  }
  return {
    turned: (...about) => safely(() => watcher.turned(...about)),
    starting: (...about) => safely(() => watcher.starting(...about)),
    offered: (...about) => safely(() => watcher.offered(...about)),
    taken: (...about) => safely(() => watcher.taken(...about)),
  }
}
