import { failure, success, type Outcome } from '../../protocol/fault.ts'

/** For how long a request to pair counts. */
const ASKS_WITHIN_MS = 10 * 60_000
/**
 * Tries that others may begin within that time, all together. A man in the middle gets equal numbers on both screens
 * with probability 10⁻⁶ a try, also if it breaks off before a number is shown: this limit bounds its chance.
 */
export const ASKS_MAX = 8
/** The same from one address. */
export const ASKS_PER_HOST_MAX = 3
/** After a no, requests from that address are refused for this long. */
const REFUSED_PAUSE_MS = 60_000

/** Recent requests, oldest first. At most `ASKS_MAX` within the time that counts. */
export interface AskHistory {
  readonly asks: { readonly host: string; readonly atMs: number; refusedAtMs?: number }[]
}

/** Whether a try may begin from this address. Few may, so that the user is rarely asked and guessing fails. */
export function admitAsk(history: AskHistory, host: string, nowMs: number): Outcome<null> {
  const lately = history.asks.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs < ASKS_WITHIN_MS)
  history.asks.splice(0, history.asks.length, ...lately)
  const here = lately.filter((ask) => ask.host === host)
  const paused = here.some(
    ({ refusedAtMs }) => refusedAtMs !== undefined && nowMs - refusedAtMs < REFUSED_PAUSE_MS,
  )
  if (paused) return failure('too-busy', 'they have just said no; ask them, or try again in a minute')
  if (here.length >= ASKS_PER_HOST_MAX || lately.length >= ASKS_MAX) {
    return failure('too-busy', 'they were asked often lately; let them begin, or use a code')
  }
  return success(null)
}

/** Records a try from this address. */
export function noteAsk(history: AskHistory, host: string, nowMs: number): void {
  history.asks.push({ host, atMs: nowMs })
}

/** Records the user's no to a try from this address. */
export function noteRefusal(history: AskHistory, host: string, nowMs: number): void {
  const last = history.asks.findLast((ask) => ask.host === host)
  if (last !== undefined) last.refusedAtMs = nowMs
}
