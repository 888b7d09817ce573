import { hash, subtle } from 'node:crypto'

/** Below this, handing the bytes to another thread takes longer than hashing them (about 1 GB/s) here. */
const OFFLOAD_BYTES_MIN = 64 << 10

/** SHA-256 of some bytes; of many, on another thread, so that this one goes on serving the network. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.byteLength < OFFLOAD_BYTES_MIN) return hash('sha256', bytes, 'buffer')
  return new Uint8Array(await subtle.digest('SHA-256', bytes))
}
