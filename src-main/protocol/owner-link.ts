import { z } from 'zod'
import { Bytes } from './bytes.ts'
import { encodeCanonical } from './canonical.ts'
import { signedBytes } from './envelope.ts'
import { PeerId } from './ids.ts'
import { Timestamp } from './time.ts'

/** Ed25519 (RFC 8032). */
const Signature = Bytes.refine((bytes) => bytes.byteLength === 64, 'an Ed25519 signature has 64 bytes')

/** The statement of a link: this peer belongs to the holder of that key. */
const OwnerStatement = z.object({ owner: PeerId, peer: PeerId, timestamp: Timestamp })
type OwnerStatement = z.infer<typeof OwnerStatement>

/**
 * Proves that a peer belongs to an owner: the holder of a key, which two PCs of one person name alike. Both have signed the same
 * statement, so that neither an owner can claim another's PC, nor a PC another owner's name.
 */
export const OwnerLink = OwnerStatement.extend({ owner_signature: Signature, peer_signature: Signature })
export type OwnerLink = z.infer<typeof OwnerLink>

/** The bytes that owner and peer sign. */
export function ownerStatementBytes({ owner, peer, timestamp }: OwnerStatement): Uint8Array {
  return signedBytes('meshwork/1/owner-link', encodeCanonical({ owner, peer, timestamp }))
}

/** Whether both sides signed a link. @param verify Ed25519 verification under the key inside the id */
export function isProven(
  link: OwnerLink,
  verify: (signer: PeerId, message: Uint8Array, signature: Uint8Array) => boolean,
): boolean {
  const bytes = ownerStatementBytes(link)
  return verify(link.owner, bytes, link.owner_signature) && verify(link.peer, bytes, link.peer_signature)
}
