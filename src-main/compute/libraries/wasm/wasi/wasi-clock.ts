import { SUBSCRIPTION_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { clockStartSeconds } from '../unit/unit-seed.ts'
import { ERRNO, fail, WasiError } from './wasi-errno.ts'
import type { DescriptorTable } from './wasi-file.ts'
import type { WasiFunctions } from './wasi-functions.ts'

/** Every look at a clock, and nothing else but waiting, brings it this much on: nanoseconds. */
const STEP_NS = 1_000_000n
/** Where the monotonic clock begins; programs take 0 for a clock that is not there. */
const MONOTONIC_START_NS = 1_000_000_000n

const CLOCK = { realtime: 0, monotonic: 1, process: 2, thread: 3 } as const

/** Bytes of a subscription and of an event, and subscriptions in one call. */
const SUBSCRIPTION_BYTES = 48
const EVENT_BYTES = 32
const SUBSCRIPTIONS_MAX = 1_024

const EVENT = { clock: 0, read: 1, write: 2 } as const
/** The flag of a timeout that is a time and not a duration. */
const ABSOLUTE = 1

/** The event of one subscription. */
interface Subscription {
  readonly userData: bigint
  readonly type: number
  /** Nanoseconds until it is due; 0 for a file, which always is. */
  readonly waitNs: bigint
  readonly errno: number
  readonly readableBytes: number
}

/** Clocks, which begin with the unit and go on with each look at them, and waiting, which makes time pass. */
export function clockFunctions(host: UnitHost, descriptors: DescriptorTable): WasiFunctions {
  const { memory, charge } = host
  let startNs: bigint | undefined
  let elapsedNs = 0n

  function now(clock: number): bigint {
    switch (clock) {
      case CLOCK.realtime:
        startNs ??= BigInt(clockStartSeconds(host.params.seed, host.unit)) * 1_000_000_000n
        return startNs + elapsedNs
      case CLOCK.monotonic:
        return MONOTONIC_START_NS + elapsedNs
      case CLOCK.process:
      case CLOCK.thread:
        return elapsedNs
      default:
        return fail('invalid')
    }
  }

  function subscriptionAt(pointer: number): Subscription {
    const userData = memory.getUint64(pointer)
    const type = memory.getUint8(pointer + 8)
    const due = { userData, type, waitNs: 0n, errno: ERRNO.success, readableBytes: 0 }
    try {
      if (type === EVENT.clock) return { ...due, waitNs: waitAt(pointer) }
      if (type !== EVENT.read && type !== EVENT.write) fail('invalid')
      const { file, position } = descriptors.get(memory.getUint32(pointer + 16))
      return { ...due, readableBytes: type === EVENT.read ? Math.max(0, file.size() - position) : 0 }
    } catch (error) {
      if (error instanceof WasiError) return { ...due, errno: error.errno }
      throw error
    }
  }

  function waitAt(pointer: number): bigint {
    const timeout = memory.getUint64(pointer + 24)
    const clock = memory.getUint32(pointer + 16)
    const wait = (memory.getUint16(pointer + 40) & ABSOLUTE) === 0 ? timeout : timeout - now(clock)
    now(clock)
    return wait > 0n ? wait : 0n
  }

  return {
    clock_res_get: (clock: number, result: number) => {
      now(clock)
      memory.setUint64(result, STEP_NS)
    },
    clock_time_get: (clock: number, _precision: bigint, result: number) => {
      memory.setUint64(result, BigInt.asUintN(64, now(clock)))
      elapsedNs += STEP_NS
    },
    poll_oneoff: (pointer: number, events: number, count: number, result: number) => {
      if (count === 0 || count >>> 0 > SUBSCRIPTIONS_MAX) fail('invalid')
      charge(count * SUBSCRIPTION_FUEL)
      memory.view(pointer, count * SUBSCRIPTION_BYTES)
      memory.view(events, count * EVENT_BYTES)
      const waiting = Array.from({ length: count }, (_, i) =>
        subscriptionAt((pointer >>> 0) + i * SUBSCRIPTION_BYTES),
      )
      const nextNs = waiting.reduce(
        (least, { waitNs }) => (waitNs < least ? waitNs : least),
        waiting[0]?.waitNs ?? 0n,
      )
      const due = waiting.filter(({ waitNs }) => waitNs === nextNs)
      elapsedNs = BigInt.asUintN(64, elapsedNs + nextNs)
      memory.setUint32(result, due.length)
      for (const [i, event] of due.entries()) {
        const at = (events >>> 0) + i * EVENT_BYTES
        memory.view(at, EVENT_BYTES).fill(0)
        memory.setUint64(at, event.userData)
        memory.setUint16(at + 8, event.errno)
        memory.setUint8(at + 10, event.type)
        memory.setUint64(at + 16, BigInt(event.readableBytes))
      }
    },
  }
}
