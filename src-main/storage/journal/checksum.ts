import { crc32 } from 'node:zlib'

/** CRC-32 of a record, seeded with its number, so that a record in another's place does not pass. */
export function recordChecksum(sequence: number, bytes: Uint8Array): number {
  return crc32(bytes, sequence >>> 0)
}
