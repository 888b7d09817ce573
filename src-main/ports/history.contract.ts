import { expect, it } from 'vitest'
import type { JobId } from '../protocol/ids.ts'
import type { History } from './history.ts'

const job = (name: string): JobId => `job-${name}` as JobId
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (entry: Uint8Array | undefined): string => new TextDecoder().decode(entry)

/** The promises of a history, for each implementation. */
export function historyContract(open: () => History): void {
  it('gives jobs newest first, page by page, also those of one moment', () => {
    const history = open()
    for (const [name, at] of ['a', 'b', 'c', 'd', 'e'].map(
      (name, index) => [name, Math.floor(index / 2)] as const,
    )) {
      history.putJob({ job: job(name), submittedAtMs: at }, bytes(name))
    }
    const first = history.page(2)
    expect(first).toEqual([
      { job: job('e'), submittedAtMs: 2 },
      { job: job('d'), submittedAtMs: 1 },
    ])
    expect(first.map((entry) => text(history.find(entry.job)))).toEqual(['e', 'd'])
    const second = history.page(2, { job: job('d'), submittedAtMs: 1 })
    expect(second.map((entry) => entry.job)).toEqual([job('c'), job('b')])
    expect(history.page(10, { job: job('b'), submittedAtMs: 0 }).map((entry) => entry.job)).toEqual([
      job('a'),
    ])
    expect(history.page(10, { job: job('a'), submittedAtMs: 0 })).toEqual([])
  })

  it('gives what was put into a block, oldest first, and the latest form of a job', () => {
    const history = open()
    history.putUnits(job('a'), new Map([[0, bytes('one')]]))
    history.putUnits(
      job('a'),
      new Map([
        [0, bytes('two')],
        [7, bytes('three')],
      ]),
    )
    history.putUnits(job('b'), new Map([[0, bytes('other')]]))
    expect(history.block(job('a'), 0).map(text)).toEqual(['one', 'two'])
    expect(history.block(job('a'), 7).map(text)).toEqual(['three'])
    expect(history.block(job('a'), 8)).toEqual([])
    expect(history.has(job('a'))).toBe(false)
    history.putJob({ job: job('a'), submittedAtMs: 5 }, bytes('before'))
    history.putJob({ job: job('a'), submittedAtMs: 5 }, bytes('now'))
    expect([history.has(job('a')), text(history.find(job('a')))]).toEqual([true, 'now'])
    expect(history.page(10)).toHaveLength(1)
  })

  it('removes a job with its units, and no other', () => {
    const history = open()
    for (const name of ['a', 'b']) {
      history.putUnits(job(name), new Map([[0, bytes(name)]]))
      history.putJob({ job: job(name), submittedAtMs: 1 }, bytes(name))
    }
    history.remove(job('a'))
    expect(history.find(job('a'))).toBeUndefined()
    expect(history.block(job('a'), 0)).toEqual([])
    expect(history.page(10).map((entry) => entry.job)).toEqual([job('b')])
    expect(history.block(job('b'), 0).map(text)).toEqual(['b'])
  })
}
