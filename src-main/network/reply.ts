import { decodeCanonical, encodeCanonical } from '../protocol/canonical.ts'
import { Fault, FaultError, refuse } from '../protocol/fault.ts'

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

/** The answer inside a reply frame. @throws FaultError the other side's fault, or `malformed` */
export function answerOf(reply: Uint8Array): Uint8Array {
  if (reply[0] === ANSWER) return reply.subarray(1)
  if (reply[0] !== FAULT) refuse('malformed', 'a reply that is neither an answer nor a fault')
  const fault = decodeCanonical(reply.subarray(1), Fault, FAULT_BYTES_MAX)
  throw new FaultError(fault.ok ? fault.value : fault.fault)
}
