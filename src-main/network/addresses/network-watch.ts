import { networkInterfaces } from 'node:os'
import type { Clock } from '../../ports/clock.ts'

/** How often the interfaces are looked at: a change is met within this time. */
const LOOK_MS = 3_000
/** A look that comes later than this was slept through, by this machine. */
const SLEPT_MS = 4 * LOOK_MS

/** Notices that this machine is in another network, or was asleep. */
export interface NetworkWatch {
  start(): void
  stop(): void
}

/** The sources that are watched. */
export interface NetworkWatchParts {
  readonly clock: Clock
  /** Called when interfaces came, went or have other addresses, and after a sleep. */
  readonly changed: () => void
  /** The addresses of this machine's interfaces; the system's when absent. */
  readonly addresses?: () => readonly string[]
}

/** A watch that looks at nothing before `start`. */
export function createNetworkWatch({
  clock,
  changed,
  addresses = ownAddresses,
}: NetworkWatchParts): NetworkWatch {
  let cancel: (() => void) | undefined
  let seen = ''
  let lookedAtMs = 0

  function look(): void {
    const nowMs = clock.nowMs()
    const now = addresses().join(' ')
    const slept = nowMs - lookedAtMs > SLEPT_MS
    if (now !== seen || slept) changed()
    next(now, nowMs)
  }

  function next(now: string, nowMs: number): void {
    seen = now
    lookedAtMs = nowMs
    cancel = clock.after(LOOK_MS, look)
  }

  return {
    start: () => next(addresses().join(' '), clock.nowMs()),
    stop: () => cancel?.(),
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    .map(({ address }) => address)
    .sort()
}
