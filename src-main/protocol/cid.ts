import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import type { Cid } from './ids.ts'

/** multicodec numbers of the two codecs in use. */
export const RAW = 0x55
export const DAG_CBOR = 0x71
/** multihash number of sha2-256. */
const SHA2_256 = 0x12

/** The CID of content whose sha2-256 digest is known. Digests are taken at the edge, by node:crypto. */
export function cidOfDigest(codec: typeof RAW | typeof DAG_CBOR, sha256: Uint8Array): Cid {
  return CID.createV1(codec, create(SHA2_256, sha256)).toString() as Cid
}

/** The codec and the digest inside a CID. */
export function cidParts(cid: Cid): { codec: typeof RAW | typeof DAG_CBOR; sha256: Uint8Array } {
  const parsed = CID.parse(cid)
  return { codec: parsed.code === RAW ? RAW : DAG_CBOR, sha256: parsed.multihash.digest }
}
