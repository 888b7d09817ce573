import type { Fault } from '#contract'
import type { Messages } from '#text'

/** Why pairing did not work, in plain words that say what to do. */
export function pairFaultText(fault: Fault, text: Messages['people']['pairFault']): string {
  switch (fault.kind) {
    case 'malformed':
      return text.mistyped
    case 'invite-refused':
    case 'stale':
      return text.refused
    case 'bad-input':
      return text.own
    case 'not-trusted':
      return text.blocked
    case 'unreachable':
      return text.unreachable
    case 'timed-out':
      return text.late
    case 'too-busy':
      return text.busy
    default:
      return text.other(fault.message)
  }
}
