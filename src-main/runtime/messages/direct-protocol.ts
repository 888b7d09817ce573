import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX, MESSAGE_ITEMS_MAX, STRANGER_MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import { DirectMessage, DirectReply, isPairMessage } from '../../protocol/messages.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { withinTime } from '../time-limit.ts'

/** The protocol of direct messages between two peers. */
export const DIRECT_PROTOCOL = 'meshwork/1/direct'
/** A reply comes after the receiver has journaled the message; a machine under load may take a while. */
const REPLY_WITHIN_MS = 20_000

/**
 * Sends a direct message and waits until the other side has it in its journal.
 * @throws FaultError `unreachable`, `timed-out`, `malformed`, or the fault with which the other side refused
 */
export async function sendDirect(
  { transport, clock }: { readonly transport: Transport; readonly clock: Pick<Clock, 'after'> },
  to: PeerId,
  message: DirectMessage,
  signal: AbortSignal,
): Promise<DirectReply> {
  const bytes = await withinTime(clock, REPLY_WITHIN_MS, signal, (within) =>
    transport.request(to, DIRECT_PROTOCOL, encodeCanonical(message), { signal: within }),
  )
  const reply = decodeCanonical(bytes, DirectReply, MESSAGE_BYTES_MAX)
  if (!reply.ok) throw new FaultError(reply.fault)
  if (reply.value.kind === 'refused') throw new FaultError(reply.value.fault)
  return reply.value
}

/**
 * Answers direct messages, told with their size; a fault that the answer throws becomes a refusal. The sender is checked
 * first: from strangers only short messages are read, and of these only pairing messages are answered.
 */
export function handleDirect(
  transport: Transport,
  isContact: (peer: PeerId) => boolean,
  answer: (from: PeerId, message: DirectMessage, bytes: number) => Promise<DirectReply>,
): void {
  transport.handle(
    DIRECT_PROTOCOL,
    async (from, request) => {
      const isKnown = isContact(from)
      if (!isKnown && request.byteLength > STRANGER_MESSAGE_BYTES_MAX) notPaired()
      const message = decodeCanonical(request, DirectMessage, MESSAGE_BYTES_MAX, MESSAGE_ITEMS_MAX)
      if (!message.ok) refuse(message.fault.kind, message.fault.message)
      if (!isKnown && !isPairMessage(message.value)) notPaired()
      return encodeCanonical(await answer(from, message.value, request.byteLength))
    },
    { strangers: { requestBytesMax: STRANGER_MESSAGE_BYTES_MAX } },
  )
}

function notPaired(): never {
  refuse('unknown-peer', 'you are not paired with this peer')
}
