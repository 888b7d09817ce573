import { expect, test } from 'vitest'
import type { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import type { Settings } from '../ports/settings.ts'
import { createEnvelopeMemory } from './envelope-memory.ts'

function memorySettings() {
  const values = new Map<string, unknown>()
  let writes = 0
  const settings: Settings = {
    read: <S extends z.ZodType>(key: string, schema: S) => {
      const parsed = schema.safeParse(values.get(key))
      return parsed.success ? parsed.data : undefined
    },
    write: (key, value) => {
      writes++
      values.set(key, value)
    },
  }
  return { settings, values, writes: () => writes }
}

/** A clock whose timers run when the test says so. */
function steppedClock() {
  const due: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => 0,
    after: (_, callback) => {
      due.push(callback)
      return () => void due.splice(due.indexOf(callback), 1)
    },
  }
  return { clock, run: () => due.splice(0).forEach((callback) => callback()) }
}

test('the newest envelope is there at once, and after a restart', () => {
  const { settings } = memorySettings()
  const { clock } = steppedClock()
  const memory = createEnvelopeMemory(settings, clock)
  memory.save('a', new Uint8Array([1]))
  memory.save('a', new Uint8Array([2, 3]))
  expect(memory.load('a')).toEqual(new Uint8Array([2, 3]))
  memory.close()
  expect(createEnvelopeMemory(settings, clock).load('a')).toEqual(new Uint8Array([2, 3]))
  expect(createEnvelopeMemory(settings, clock).load('b')).toBeUndefined()
})

test('values that come close together are written as one', () => {
  const { settings, writes } = memorySettings()
  const { clock, run } = steppedClock()
  const memory = createEnvelopeMemory(settings, clock)
  for (let i = 0; i < 100; i++) memory.save('a', new Uint8Array([i]))
  expect(writes()).toBe(0)
  run()
  expect(writes()).toBe(1)
})

test('a damaged value counts as none', () => {
  const { settings, values } = memorySettings()
  values.set('envelope:a', 'not base64 §')
  expect(createEnvelopeMemory(settings, steppedClock().clock).load('a')).toBeUndefined()
})
