import { encode } from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { z } from 'zod'
import { CHUNK_BYTES_MAX, CHUNKS_MAX, NODE_BYTES_MAX, RAW_BYTES_MAX } from '../../ports/blob-store.ts'
import { decodeCanonical } from '../../protocol/canonical.ts'
import { RAW } from '../../protocol/cid.ts'
import { failure, success, type Outcome } from '../../protocol/fault.ts'

/** One chunk of a larger blob: where it lies in the file, and the digest of its bytes. */
export interface ChunkPlace {
  readonly offset: number
  readonly bytes: number
  readonly sha256: Uint8Array
}

/** multihash number of sha2-256. */
const SHA2_256 = 0x12

const ChunkLink = z.custom<CID>((value) => {
  const link = CID.asCID(value)
  return (
    link?.version === 1 && link.code === RAW && link.multihash.code === SHA2_256 && link.multihash.size === 32
  )
}, 'not a link to raw bytes by sha2-256')

/** The dag-cbor node of a blob over 1 MiB: links to its chunks in order, each with its length in bytes. */
const BlobNode = z.strictObject({
  blob: z.literal(1),
  chunks: z.array(z.tuple([ChunkLink, z.int().min(1).max(CHUNK_BYTES_MAX)])).max(CHUNKS_MAX),
})

/**
 * The first bytes of every node's encoding: a map of two, `blob: 1`, `chunks`. No structure may begin like this. Else
 * a CID could be read as a file (the chunks' bytes) or as a structure (the list itself), as the sender likes.
 */
const NODE_PREFIX = encode({ blob: 1, chunks: [] }).subarray(0, -1)

/** Whether dag-cbor bytes claim to be a list of chunks. */
export function looksLikeNode(bytes: Uint8Array): boolean {
  return NODE_PREFIX.every((byte, i) => bytes[i] === byte)
}

/** Encodes the list of a blob's chunks. */
export function encodeNode(chunks: readonly ChunkPlace[]): Uint8Array {
  const links = chunks.map(({ sha256, bytes }) => [CID.createV1(RAW, create(SHA2_256, sha256)), bytes])
  return encode({ blob: 1, chunks: links })
}

/**
 * Decodes a list of chunks that came from outside.
 *
 * @returns the chunks with their offsets and the blob's length; or `malformed`, `oversized`, `not-canonical`
 */
export function decodeNode(node: Uint8Array): Outcome<{ chunks: ChunkPlace[]; bytes: number }> {
  const decoded = decodeCanonical(node, BlobNode, NODE_BYTES_MAX)
  if (!decoded.ok) return decoded
  let offset = 0
  const chunks = decoded.value.chunks.map(([link, bytes]) => {
    const place = { offset, bytes, sha256: link.multihash.digest }
    offset += bytes
    return place
  })
  // One form for each length, or one content would have two CIDs.
  if (offset <= RAW_BYTES_MAX) return failure('malformed', `${offset} bytes need no list of chunks`)
  return success({ chunks, bytes: offset })
}
