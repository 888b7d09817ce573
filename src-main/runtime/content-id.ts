import { createHash } from 'node:crypto'
import { cidOfDigest, RAW } from '../protocol/cid.ts'
import type { Cid } from '../protocol/ids.ts'

/** The CID of bytes of at most one chunk: what a blob store gives them. */
export function cidOfBytes(bytes: Uint8Array): Cid {
  return cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
}
