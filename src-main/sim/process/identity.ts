import { hash } from 'node:crypto'
import type { Identity } from '../../ports/identity.ts'
import type { PeerId } from '../../protocol/ids.ts'

/**
 * Signatures of a simulated world: anybody could forge them, and no peer of it tries. They cost a twentieth of real ones
 * and depend on signer and message as these do.
 */
export function simulatedIdentity(peer: PeerId): Identity {
  return {
    peer,
    sign: (message) => signatureOf(peer, message),
    verify: (signer, message, signature) => signatureOf(signer, message).equals(signature),
  }
}

function signatureOf(signer: PeerId, message: Uint8Array): Buffer {
  return hash('sha512', Buffer.concat([Buffer.from(signer), message]), 'buffer')
}
