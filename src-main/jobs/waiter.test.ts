import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { machineClock } from '../runtime/machine.ts'
import { createWaiter } from './waiter.ts'

test('a wait ends when it is woken, when its time is over, or when the signal is aborted', async () => {
  const stopping = new AbortController()
  const waiter = createWaiter(machineClock, stopping.signal)
  waiter.wake()
  const woken = waiter.untilWoken()
  waiter.wake()
  await woken
  await waiter.pause(1)
  const [long, other] = [waiter.pause(3_600_000), createWaiter(machineClock, stopping.signal).untilWoken()]
  stopping.abort()
  await Promise.all([long, other, waiter.pause(3_600_000), waiter.untilWoken()])
})

test('a closed waiter leaves nothing at its signal', async () => {
  const { signal } = new AbortController()
  const waiter = createWaiter(machineClock, signal)
  await waiter.pause(1)
  waiter.close()
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
