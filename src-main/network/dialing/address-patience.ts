import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from '../limits.ts'

/** Addresses that failed and are remembered; the oldest is forgotten first. */
const REMEMBERED_MAX = 2_048

/** Which addresses are worth a try at this moment. */
export interface AddressPatience {
  /** Those that may be tried now, in their order; all of them when none may, so that there is always one. */
  worthTrying<A extends { toString(): string }>(addresses: readonly A[]): A[]
  failed(address: string): void
  worked(address: string): void
  /** The network is another one: what did not work may work now. */
  reset(): void
}

/**
 * Remembers which addresses did not answer: each is left out for twice as long as the time before, so that an address of
 * long ago does not hold up the others at every try.
 */
export function createAddressPatience(nowMs: () => number): AddressPatience {
  const failures = new Map<string, { count: number; untilMs: number }>()
  return {
    worthTrying(addresses) {
      const now = nowMs()
      const some = addresses.filter((address) => (failures.get(address.toString())?.untilMs ?? 0) <= now)
      return some.length > 0 ? some : [...addresses]
    },
    failed(address) {
      const count = (failures.get(address)?.count ?? 0) + 1
      const pauseMs = Math.min(RECONNECT_MS_MIN * 2 ** Math.min(count, 30), RECONNECT_MS_MAX)
      failures.delete(address)
      failures.set(address, { count, untilMs: nowMs() + pauseMs })
      const [oldest] = failures.keys()
      if (failures.size > REMEMBERED_MAX && oldest !== undefined) failures.delete(oldest)
    },
    worked: (address) => void failures.delete(address),
    reset: () => failures.clear(),
  }
}
