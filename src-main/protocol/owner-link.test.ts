import { describe, expect, test } from 'vitest'
import { createIdentity } from '../network/identity/identity.ts'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { isProven, OwnerLink, ownerStatementBytes } from './owner-link.ts'
import { toTimestamp } from './time.ts'

const identityOf = (seed: number) => createIdentity(new Uint8Array(32).fill(seed))
const [owner, desktop, laptop] = [identityOf(1), identityOf(2), identityOf(3)]

function linkOf(signedBy: typeof owner, peer: typeof owner, of = owner): OwnerLink {
  const statement = { owner: of.peer, peer: peer.peer, timestamp: toTimestamp(0) }
  const bytes = ownerStatementBytes(statement)
  return { ...statement, owner_signature: signedBy.sign(bytes), peer_signature: peer.sign(bytes) }
}

const proven = (link: OwnerLink): boolean =>
  isProven(link, (signer, message, signature) => laptop.verify(signer, message, signature))

describe('[J9] a link to an owner', () => {
  test('is proven by the signatures of both', () => {
    for (const peer of [desktop, laptop, owner]) {
      const read = decodeCanonical(encodeCanonical(linkOf(owner, peer)), OwnerLink, 1_000)
      expect(read.ok && proven(read.value)).toBe(true)
    }
  })

  test('that one side alone signed proves nothing, nor one that was changed', () => {
    const link = linkOf(owner, desktop)
    expect(proven(linkOf(desktop, desktop))).toBe(false)
    expect(proven({ ...link, peer_signature: link.owner_signature })).toBe(false)
    expect(proven({ ...link, peer: laptop.peer })).toBe(false)
    expect(proven({ ...link, owner: laptop.peer })).toBe(false)
    expect(proven({ ...link, timestamp: toTimestamp(1) })).toBe(false)
    expect(OwnerLink.safeParse({ ...link, owner_signature: new Uint8Array(63) }).success).toBe(false)
  })
})
