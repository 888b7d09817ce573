import { describe, expect, it } from 'vitest'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { machineClock } from '../machine.ts'
import { createUnitParts } from './unit-parts.ts'

const UNITS = 1_000
const list = Array.from({ length: UNITS }, (_, i) => `part ${i}` as Cid)

/** How many of a thousand units are let in before the first has ended, with parts of so many bytes. */
async function letIn(bytes: number, workers: number): Promise<number> {
  const input = (cid: Cid) => Promise.resolve({ cid, path: '', layout: { kind: 'raw' as const, bytes } })
  const parts = createUnitParts({
    list,
    clock: machineClock,
    blobs: { pin: () => undefined, unpin: () => undefined },
    inputs: { bring: () => Promise.resolve(), input, inputs: () => Promise.resolve({}) },
    want: { from: '' as PeerId, owner: '', signal: new AbortController().signal },
    shared: [],
    failed: (error) => {
      throw error
    },
    concurrency: () => workers,
  })
  const end = Promise.withResolvers<undefined>()
  let [inside, most] = [0, 0]
  const ended = list.map((_, unit) =>
    parts.inTurn(async () => {
      inside++
      await parts.part(unit, 'stored')
      most = Math.max(most, inside)
      await end.promise
      inside--
    }),
  )
  await new Promise((resolve) => setTimeout(resolve, 5))
  const first = most
  end.resolve(undefined)
  await Promise.all(ended)
  expect(inside).toBe(0)
  return first
}

describe('parts of a split job', () => {
  it('that are large are fetched for units that run or resume, and no more', async () => {
    expect(await letIn(1e9, 1)).toBe(2)
    expect(await letIn(100e6, 3)).toBe(6)
  })

  it('that turn out small are many at once, so that they travel together', async () => {
    expect(await letIn(1_000, 4)).toBe(256)
    expect(await letIn(0, 1)).toBe(256)
    expect(await letIn(10 << 20, 1)).toBe(25)
  })
})
