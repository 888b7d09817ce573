import { faultOf, onlyFault, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { SOURCE_CONNECT_MS_MAX, SOURCE_FAILURES_MAX, SOURCE_PAUSE_MS } from '../limits.ts'
import { whileAborting } from '../signal-fault.ts'

/** A peer that a blob is fetched from. */
export interface BlobSource {
  readonly peer: PeerId
  /** Why it is given up; undefined while it is not. */
  readonly lost: () => Fault | undefined
  /** It failed, and is not asked before its pause is over. */
  readonly isResting: () => boolean
  /** It delivered. */
  readonly succeeded: () => void
  /**
   * It failed. After a pause it may be asked again, or is given up at once where asking again is no use. Questions
   * that fail during the pause were under way when it began, and count as one with the first.
   * @throws FaultError when `signal` is aborted during the pause
   */
  readonly failed: (error: unknown, signal: AbortSignal) => Promise<void>
}

/** How a source is reached, and how patient we are with it. */
export interface SourceOptions {
  readonly transport: Transport
  readonly clock: Clock
  /** Where it may be reached, if that was told; else where it was last, or where the network knows it. */
  readonly addresses?: readonly string[]
  /** Failures in a row, beyond which it is given up. */
  readonly failuresMax?: number
}

/** A source that has not failed yet. */
export function createBlobSource(peer: PeerId, options: SourceOptions): BlobSource {
  const { clock, failuresMax = SOURCE_FAILURES_MAX } = options
  let failures = 0
  let resting = 0
  let lost: Fault | undefined
  return {
    peer,
    lost: () => lost,
    isResting: () => resting > 0,
    succeeded() {
      failures = 0
    },
    async failed(error, signal) {
      const fault = faultOf(error, 'unreachable')
      if (resting === 0) failures += 1
      if (!isPassing(fault) || failures > failuresMax) {
        lost = fault
        return
      }
      resting += 1
      try {
        await pause(clock, SOURCE_PAUSE_MS * 2 ** (failures - 1), signal)
        await reach(peer, options)
      } finally {
        resting -= 1
      }
    },
  }
}

/** Whether the same request may go well a little later. */
function isPassing({ kind }: Fault): boolean {
  return kind === 'unreachable' || kind === 'timed-out' || kind === 'too-busy'
}

/** Connects with a peer unless connected; a failure shows with the next request. */
export async function reach(
  peer: PeerId,
  { transport, clock, addresses = [] }: SourceOptions,
): Promise<void> {
  if (isConnected(transport, peer)) return
  const controller = new AbortController()
  const cancel = clock.after(SOURCE_CONNECT_MS_MAX, () => controller.abort())
  await transport.connect(peer, addresses, { signal: controller.signal, isHeardOf: true }).catch(onlyFault)
  cancel()
}

/** Whether a peer can be asked at this moment. */
export function isConnected(transport: Transport, peer: PeerId): boolean {
  return transport.connections().some((connection) => connection.peer === peer)
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
