import { faultOf, type Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Transport } from '../ports/transport.ts'
import { SOURCE_CONNECT_MS_MAX, SOURCE_FAILURES_MAX, SOURCE_PAUSE_MS } from './limits.ts'
import { whileAborting } from './signal-fault.ts'

/** A peer that a blob is fetched from. */
export interface BlobSource {
  readonly peer: PeerId
  /** Why it is given up; undefined while it is not. */
  readonly lost: () => Fault | undefined
  /** It delivered. */
  readonly succeeded: () => void
  /**
   * It failed. After a pause it may be asked again, or is given up at once where asking again is no use.
   * @throws FaultError when `signal` is aborted during the pause
   */
  readonly failed: (error: unknown, signal: AbortSignal) => Promise<void>
}

/** A source that has not failed yet. */
export function createBlobSource(peer: PeerId, transport: Transport, clock: Clock): BlobSource {
  let failures = 0
  let lost: Fault | undefined
  return {
    peer,
    lost: () => lost,
    succeeded() {
      failures = 0
    },
    async failed(error, signal) {
      const fault = faultOf(error, 'unreachable')
      failures += 1
      if (!isPassing(fault) || failures > SOURCE_FAILURES_MAX) {
        lost = fault
        return
      }
      await pause(clock, SOURCE_PAUSE_MS * 2 ** (failures - 1), signal)
      await reach(peer, transport, clock)
    },
  }
}

/** Whether the same request may go well a little later. */
function isPassing({ kind }: Fault): boolean {
  return kind === 'unreachable' || kind === 'timed-out' || kind === 'too-busy'
}

/** Connects with a peer where it was last or where the network knows it; a failure shows with the next request. */
export async function reach(peer: PeerId, transport: Transport, clock: Clock): Promise<void> {
  if (transport.connections().some((connection) => connection.peer === peer)) return
  const controller = new AbortController()
  const cancel = clock.after(SOURCE_CONNECT_MS_MAX, () => controller.abort())
  await transport.connect(peer, [], { signal: controller.signal }).catch(() => undefined)
  cancel()
}

async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const cancel = clock.after(delayMs, () => resolve(undefined))
  await whileAborting(
    signal,
    () => resolve(undefined),
    () => promise,
  )
  cancel()
}
