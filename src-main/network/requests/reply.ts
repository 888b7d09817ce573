import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { Fault } from '../../protocol/fault.ts'

/** The first byte of a reply's frame. */
const ANSWER = 0
const FAULT = 1
/** A fault's message has at most 2,000 characters. */
const FAULT_BYTES_MAX = 16 << 10

/** The parts of a reply frame that carries an answer. */
export function answerParts(answer: Uint8Array): readonly Uint8Array[] {
  return [Uint8Array.of(ANSWER), answer]
}

/** The parts of a reply frame that carries a fault. */
export function faultParts(fault: Fault): readonly Uint8Array[] {
  return [Uint8Array.of(FAULT), encodeCanonical(fault)]
}

/** The content of a reply frame: an answer, a fault of the other side, or nothing that makes sense. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: Uint8Array }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'nonsense'; readonly fault: Fault }

/** Reads a reply frame. */
export function readReply(reply: Uint8Array): Reply {
  if (reply[0] === ANSWER) return { kind: 'answer', answer: reply.subarray(1) }
  const fault = decodeCanonical(reply.subarray(1), Fault, FAULT_BYTES_MAX)
  if (reply[0] === FAULT && fault.ok) return { kind: 'fault', fault: fault.value }
  return { kind: 'nonsense', fault: { kind: 'malformed', message: 'neither an answer nor a fault' } }
}
