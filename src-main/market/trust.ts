import type { TrustWeights } from '../protocol/commitment.ts'
import type { PeerId } from '../protocol/ids.ts'

/** Whose work comes first: 1 where the trust is mutual, 2 where it is one-way (document 000). */
export type Tier = 1 | 2

/** The trust of a peer in itself. */
const TRUST_IN_ONESELF = 1

/**
 * Bilateral trust: the lesser of what two peers say of each other (document 000). A peer that is not named has 0, and
 * a peer trusts itself fully, whatever the weights say.
 */
export function bilateralTrust(mine: TrustWeights, theirs: TrustWeights, me: PeerId, them: PeerId): number {
  if (me === them) return TRUST_IN_ONESELF
  return Math.min(weightOf(mine, them), weightOf(theirs, me))
}

/**
 * The tier of a requester: 1 with mutual trust, 2 when only this peer trusts, `undefined` when it does not, and
 * then the requester gets nothing. For oneself both weights are 1.
 */
export function tierOf(myWeightOfThem: number, theirWeightOfMe: number): Tier | undefined {
  if (!(myWeightOfThem > 0)) return undefined
  return theirWeightOfMe > 0 ? 1 : 2
}

/** Own properties only: a weight for `__proto__` or the like must not come from the object's prototype. */
function weightOf(weights: TrustWeights, peer: PeerId): number {
  return Object.hasOwn(weights, peer) ? (weights[peer] ?? 0) : 0
}
