import { owesHandBack } from '../peer/provider/handing-back.ts'
import type { Clock } from '../ports/clock.ts'
import type { Defects } from './defects.ts'
import type { PeerLoop } from './peer-loop.ts'

/** A requester that has not heard of a hand-back after this long hears of it after the restart. */
const LEAVE_WITHIN_MS = 1_500
const LEAVE_LOOK_MS = 20

/** Hands units of others back, and waits a moment until their requesters know; the others are told after the restart. */
export async function leave({
  loop,
  clock,
  defects,
}: {
  readonly loop: Pick<PeerLoop, 'state' | 'dispatch' | 'stalledBy'>
  readonly clock: Clock
  readonly defects: Defects
}): Promise<void> {
  if (loop.stalledBy() !== undefined) return
  try {
    await loop.dispatch({ kind: 'leaving', at_ms: clock.nowMs() })
  } catch (error) {
    // The loop has ended: no message can be sent any longer.
    defects.faultOf(error, 'leaving')
    return
  }
  for (let waitedMs = 0; owesHandBack(loop.state) && waitedMs < LEAVE_WITHIN_MS; waitedMs += LEAVE_LOOK_MS) {
    await new Promise<void>((resolve) => clock.after(LEAVE_LOOK_MS, resolve))
  }
}
