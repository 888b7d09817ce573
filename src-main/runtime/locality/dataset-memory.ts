import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { HeldDataset } from '../../peer/event.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Settings } from '../../ports/settings.ts'
import { Cid } from '../../protocol/ids.ts'
import { DATASETS_HELD_MAX } from '../../protocol/limits.ts'

/** Smaller inputs are fetched before a requester could choose by where they are; named inputs are told at any size. */
const DATASET_BYTES_MIN = 1 << 20
const KEY = 'datasets-used'
const Saved = z.array(z.tuple([Cid, z.boolean()])).max(DATASETS_HELD_MAX)

/** Remembers which blobs jobs read of late, over restarts: those that are still on the disk are what others are told of. */
export interface DatasetMemory {
  /** A job reads a blob here. `isNamed` says that its submission calls it its dataset. */
  used(cid: Cid, isNamed: boolean): void
  /** Those that are here whole, the one used last first. */
  held(): HeldDataset[]
  /** Keeps what changed. */
  save(): void
}

/** Opens the memory. */
export function openDatasetMemory(parts: {
  readonly blobs: Pick<BlobStore, 'has' | 'info'>
  readonly settings: Settings
}): DatasetMemory {
  const { blobs, settings } = parts
  /** From the one used first to the one used last; the value says whether a job named it. */
  const recent = new Map<Cid, boolean>(settings.read(KEY, Saved) ?? [])
  let isChanged = false

  return {
    used(cid, isNamed) {
      const wasNamed = recent.get(cid) ?? false
      recent.delete(cid)
      recent.set(cid, wasNamed || isNamed)
      if (recent.size > DATASETS_HELD_MAX) {
        const [oldest] = recent.keys()
        if (oldest !== undefined) recent.delete(oldest)
      }
      isChanged = true
    },
    held() {
      const held = [...recent].flatMap(([dataset, isNamed]): HeldDataset[] => {
        const bytes = blobs.has(dataset) ? (blobs.info(dataset)?.bytes ?? 0) : 0
        const isTold = bytes >= DATASET_BYTES_MIN || (isNamed && bytes > 0)
        return isTold ? [{ dataset, digest: datasetDigest(dataset), bytes }] : []
      })
      return held.reverse()
    },
    save() {
      if (!isChanged) return
      isChanged = false
      settings.write(KEY, [...recent])
    },
  }
}

/**
 * The name under which a dataset is published: a one-way function of its CID. A CID in the open would let each reader
 * ask for the content, since naming a blob is what shows that one was told of it.
 */
export function datasetDigest(cid: Cid): string {
  return createHash('sha256').update(`meshwork/1/dataset ${cid}`).digest('base64url').slice(0, DIGEST_LENGTH)
}

/** 132 bits: too many to find two datasets of one digest, and few enough for gossip, which carries each. */
const DIGEST_LENGTH = 22
