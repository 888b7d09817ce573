import { expect, test } from 'vitest'
import type { Clock } from '../ports/clock.ts'
import type { MachineReader } from '../ports/hardware.ts'
import { createMachineWatch } from './watch.ts'

const signal = new AbortController().signal

/** Time that passes when a test says so. */
function handClock(): Clock & { pass(): void } {
  const waiting = new Set<() => void>()
  return {
    nowMs: () => 0,
    after: (_, callback) => {
      waiting.add(callback)
      return () => waiting.delete(callback)
    },
    pass: () => {
      for (const callback of waiting) callback()
    },
  }
}

const tells = (sample: object): MachineReader => ({ read: () => Promise.resolve(sample) })

test('the sources’ readings are put together, and the first that tells wins', async () => {
  const readers = [tells({ idle_s: 1 }), tells({ idle_s: 2, celsius: 50 }), tells({})]
  const watch = createMachineWatch({ readers, clock: handClock() })
  expect(await watch.sample(signal)).toEqual({ idle_s: 1, celsius: 50 })
})

test('a source that fails or hangs is left out, and a hanging one is not asked again meanwhile', async () => {
  const clock = handClock()
  let asked = 0
  const hangs: MachineReader = {
    read: () => {
      asked++
      return new Promise(() => undefined)
    },
  }
  const fails: MachineReader = { read: () => Promise.reject(new Error('no')) }
  const watch = createMachineWatch({ readers: [hangs, fails, tells({ metered: true })], clock })
  const first = watch.sample(signal)
  await new Promise((resolve) => setImmediate(resolve))
  clock.pass()
  expect(await first).toEqual({ metered: true })
  expect(await watch.sample(signal)).toEqual({ metered: true })
  expect(asked).toBe(1)
})

test('a caller during a reading gets that one', async () => {
  let asked = 0
  const reader: MachineReader = { read: () => Promise.resolve({ idle_s: ++asked }) }
  const watch = createMachineWatch({ readers: [reader], clock: handClock() })
  const [one, other] = await Promise.all([watch.sample(signal), watch.sample(signal)])
  expect(other).toBe(one)
  expect(await watch.sample(signal)).toEqual({ idle_s: 2 })
  expect(await watch.sample(AbortSignal.abort())).toEqual({})
})
