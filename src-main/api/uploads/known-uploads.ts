import { z } from 'zod'
import { RAW_BYTES_MAX, type BlobStore } from '../../ports/blob-store.ts'
import type { Settings } from '../../ports/settings.ts'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import { Cid } from '../../protocol/ids.ts'

/** Where they are remembered. */
const KEY = 'known-uploads'
/** Large files that are remembered: the scenes and textures that a user works on, about 32 KiB in all. */
const KNOWN_MAX = 256

const KnownFiles = z.array(z.tuple([z.string(), Cid])).max(KNOWN_MAX)

/** Which content is here already, by the SHA-256 of all of it, which the CID of a large file does not tell. */
export interface KnownUploads {
  /** The blob of this content; undefined when it is not here. */
  find(sha256: string, bytes: number): Cid | undefined
  remember(sha256: string, cid: Cid): void
}

/** Creates it over a store; what it knows survives a restart. */
export function createKnownUploads(blobs: Pick<BlobStore, 'has' | 'info'>, settings: Settings): KnownUploads {
  /** The one used longest ago first. */
  const known = new Map<string, Cid>(settings.read(KEY, KnownFiles) ?? [])
  return {
    find(sha256, bytes) {
      const cid = bytes <= RAW_BYTES_MAX ? cidOfDigest(RAW, Buffer.from(sha256, 'hex')) : known.get(sha256)
      return cid !== undefined && blobs.has(cid) && blobs.info(cid)?.bytes === bytes ? cid : undefined
    },
    remember(sha256, cid) {
      if ((blobs.info(cid)?.bytes ?? 0) <= RAW_BYTES_MAX || known.get(sha256) === cid) return
      known.delete(sha256)
      known.set(sha256, cid)
      const [oldest] = known.keys()
      if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest)
      settings.write(KEY, [...known])
    },
  }
}
