import { createHash } from 'node:crypto'
import { cidOfDigest, DAG_CBOR, RAW } from '../protocol/cid.ts'
import type { Cid } from '../protocol/ids.ts'

/** The CID of bytes of at most one chunk: what a blob store gives them. */
export function cidOfBytes(bytes: Uint8Array): Cid {
  return cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
}

/** The CID of an encoded structure. */
export function cidOfStructure(bytes: Uint8Array): Cid {
  return cidOfDigest(DAG_CBOR, createHash('sha256').update(bytes).digest())
}
