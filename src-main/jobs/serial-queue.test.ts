import { expect, it } from 'vitest'
import { createSerialQueue } from './serial-queue.ts'

it('work of one kind is done one after the other, whatever becomes of the one before', async () => {
  const turns = createSerialQueue()
  const log: string[] = []
  const work = (name: string, fails = false) =>
    turns(async () => {
      log.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      log.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
