import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import type { Cid } from '../../protocol/ids.ts'
import { DATASETS_HELD_MAX } from '../../protocol/limits.ts'
import { datasetDigest, openDatasetMemory } from './dataset-memory.ts'

const MIB = 1 << 20
const cidOf = (content: string): Cid => cidOfDigest(RAW, createHash('sha256').update(content).digest())

/** Settings that forget nothing but what has another shape. */
function settingsOf(values = new Map<string, unknown>()) {
  return {
    values,
    read: <S extends z.ZodType>(key: string, schema: S) =>
      schema.safeParse(values.get(key)).data as z.infer<S>,
    write: (key: string, value: unknown) => void values.set(key, value),
  }
}

/** A store that holds blobs of these sizes. */
function storeOf(sizes: ReadonlyMap<Cid, number>) {
  return {
    has: (cid: Cid) => sizes.has(cid),
    info: (cid: Cid) => ({ cid, bytes: sizes.get(cid) ?? 0, pinned: false }),
  }
}

describe('[L3] the datasets that a peer holds', () => {
  it('are large inputs and named datasets that are here whole, the one used last first', () => {
    const [large, small, named, gone] = ['large', 'small', 'named', 'gone'].map(cidOf) as [Cid, Cid, Cid, Cid]
    const sizes = new Map([
      [large, 5 * MIB],
      [small, 100],
      [named, 100],
    ])
    const memory = openDatasetMemory({ blobs: storeOf(sizes), settings: settingsOf() })
    memory.used(named, true)
    memory.used(gone, true)
    memory.used(small, false)
    memory.used(large, false)
    expect(memory.held().map(({ dataset, bytes }) => [dataset, bytes])).toEqual([
      [large, 5 * MIB],
      [named, 100],
    ])
    memory.used(named, false)
    expect(memory.held().map(({ dataset }) => dataset)).toEqual([named, large])
    sizes.delete(large)
    expect(memory.held().map(({ dataset }) => dataset)).toEqual([named])
  })

  it('are so many at most, and remembered over restarts', () => {
    const cids = Array.from({ length: DATASETS_HELD_MAX + 10 }, (_, i) => cidOf(`data ${i}`))
    const blobs = storeOf(new Map(cids.map((cid) => [cid, MIB])))
    const settings = settingsOf()
    const memory = openDatasetMemory({ blobs, settings })
    for (const cid of cids) memory.used(cid, false)
    memory.save()
    const again = openDatasetMemory({ blobs, settings }).held()
    expect(again).toEqual(memory.held())
    expect(again.map(({ dataset }) => dataset)).toEqual(cids.slice(10).reverse())
  })

  it('are none where what was kept is not what it should be', () => {
    const settings = settingsOf(new Map<string, unknown>([['datasets-used', [['not a cid', 1]]]]))
    expect(openDatasetMemory({ blobs: storeOf(new Map()), settings }).held()).toEqual([])
  })

  it('have digests that say nothing of the CID and are the same for all peers', () => {
    const digest = datasetDigest(cidOf('scene'))
    expect(digest).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(datasetDigest(cidOf('scene'))).toBe(digest)
    expect(datasetDigest(cidOf('scenes'))).not.toBe(digest)
  })
})
