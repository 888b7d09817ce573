import type { PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { PeerRuntime } from '../../runtime/peer-runtime.ts'
import type { Character } from '../character.ts'
import type { CrashPoint } from '../scenario.ts'

/** One run of a peer's program, from start to crash: the runtime of the product over simulated ports. */
export interface Process {
  readonly me: PeerId
  readonly state: PeerState
  readonly character: Character
  readonly runtime: PeerRuntime
  readonly nowMs: () => number
  /** Starts it; resolves when it has joined the network. */
  start(): Promise<void>
  /** Hands an event over. */
  dispatch(event: PeerEvent): void
  /** Awaits something that a user has the program do; a fault is the user's affair, and a defect the world's. */
  attempt(work: Promise<unknown>): void
  /** Loses power at the given point of the next turn that writes something, or at once. */
  crash(point: CrashPoint | 'now'): void
}
