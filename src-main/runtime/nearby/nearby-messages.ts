import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, type Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { NEARBY_BYTES_MAX, NearbyMessage, NearbyReply } from '../../protocol/nearby.ts'
import { withinTime } from '../time-limit.ts'

/** The protocol of nearby peers, which may be strangers. */
export const NEARBY_PROTOCOL = '/meshwork/nearby/1'
/** A machine in the same network answers within this time. */
const ANSWER_MS_MAX = 10_000

/** Sends a message to a PC nearby. @throws FaultError `unreachable`, `timed-out`, `malformed`, or the other side's fault */
export async function sendNearby(
  { transport, clock }: { readonly transport: Transport; readonly clock: Pick<Clock, 'after'> },
  to: PeerId,
  message: NearbyMessage,
  signal: AbortSignal,
): Promise<NearbyReply> {
  const bytes = await withinTime(clock, ANSWER_MS_MAX, signal, (within) =>
    transport.request(to, NEARBY_PROTOCOL, encodeCanonical(message), { signal: within }),
  )
  const reply = valueOf(decodeCanonical(bytes, NearbyReply, NEARBY_BYTES_MAX))
  if (reply.kind === 'refused') throw new FaultError(reply.fault)
  return reply
}

/** Answers messages from the local network, also of strangers. `answered` is called after each, whether it failed or not. */
export function handleNearby(
  transport: Transport,
  answer: (from: PeerId, message: NearbyMessage) => Promise<NearbyReply>,
  answered: () => void,
): void {
  transport.handle(
    NEARBY_PROTOCOL,
    async (from, request) => {
      const message = valueOf(decodeCanonical(request, NearbyMessage, NEARBY_BYTES_MAX))
      try {
        return encodeCanonical(await answer(from, message))
      } finally {
        answered()
      }
    },
    {
      requestBytesMax: NEARBY_BYTES_MAX,
      strangers: { requestBytesMax: NEARBY_BYTES_MAX, onlyLocal: true },
    },
  )
}

/** The value of an outcome. @throws FaultError its fault */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FaultError(outcome.fault)
  return outcome.value
}
