import type { PeerId } from '../protocol/ids.ts'

/** Signs with this peer's Ed25519 key, and checks all peers' signatures. The private key never leaves it. */
export interface Identity {
  readonly peer: PeerId
  /** An Ed25519 signature (RFC 8032), 64 bytes. */
  sign(message: Uint8Array): Uint8Array
  /** Whether `signer` made this signature; false for anything malformed, never an exception. */
  verify(signer: PeerId, message: Uint8Array, signature: Uint8Array): boolean
}
