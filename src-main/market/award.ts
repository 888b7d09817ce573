import type { VerificationRole } from '../protocol/assignment.ts'
import type { PeerId } from '../protocol/ids.ts'

/** A provider offers to compute `count` consecutive units from `first` on. */
export interface Offer {
  readonly peer: PeerId
  readonly first: number
  readonly count: number
  readonly expectedEndMs: number
}

/** What a unit still needs. */
export interface UnitNeed {
  /** How many more peers. */
  readonly missing: number
  /** Who holds it, held it or returned it: never asked twice. */
  readonly holders: readonly PeerId[]
  readonly openSinceMs: number
}

/** What the requester thinks of a provider, each from 0 to 1. */
export interface Standing {
  readonly trust: number
  readonly quality: number
  readonly reliability: number
}

/** What `chooseAwards` decides from. */
export interface AwardInput {
  readonly offers: readonly Offer[]
  /** What a unit needs; undefined when it needs nothing or is no unit of the job. */
  needOf(index: number): UnitNeed | undefined
  standingOf(peer: PeerId): Standing
  trustEachOtherFully(a: PeerId, b: PeerId): boolean
  /** How many providers are active besides any one of them. */
  readonly others: number
  readonly nowMs: number
  /** How long a unit waits for somebody better. */
  readonly patienceMs: number
  /** The most units given to one peer at a time. */
  readonly unitsMax: number
}

/** Units given to one peer. */
export interface ChosenAward {
  readonly peer: PeerId
  readonly units: readonly { readonly index: number; readonly role: VerificationRole }[]
}

/** Below this quality or reliability a peer is wrong or missing more often than not. */
export const POOR_STANDING_BELOW = 0.5
/** Standings within a tenth of each other count as equal: then it matters more who is done first. */
const STANDING_LEVELS = 10

interface Candidate {
  readonly peer: PeerId
  readonly poor: boolean
  readonly score: number
}

interface OpenUnit {
  readonly need: UnitNeed
  readonly chosen: PeerId[]
}

/**
 * The requester's choice among offers: who computes which unit, and who checks it.
 *
 * A unit goes to as many peers as it misses, to none twice; the earlier end comes first, so that everybody who offers
 * has a share of the work, and among equal ends the better standing. Peers of poor standing get it only when it has
 * waited long enough or nobody else is there, and so do two who trust each other fully, who might agree on anything.
 * The result does not depend on the order of the offers.
 */
export function chooseAwards(input: AwardInput): readonly ChosenAward[] {
  const candidates = new Map<PeerId, Candidate>()
  for (const { peer } of input.offers) {
    if (!candidates.has(peer)) candidates.set(peer, candidateOf(peer, input.standingOf(peer)))
  }
  const ordered = input.offers
    .map((offer) => ({
      offer,
      candidate: candidates.get(offer.peer) ?? candidateOf(offer.peer, NO_STANDING),
    }))
    .sort((a, b) => preferred(a.candidate, b.candidate, a.offer, b.offer))
  const open = new Map<number, OpenUnit | undefined>()
  const awards = new Map<PeerId, { index: number; role: VerificationRole }[]>()
  for (const mayWaive of [false, true]) {
    for (const { offer, candidate } of ordered) {
      const units = awards.get(offer.peer) ?? []
      for (let index = offer.first; index < offer.first + offer.count; index++) {
        if (units.length >= input.unitsMax) break
        const unit = openUnit(index, open, input)
        if (unit === undefined || !isWanted(unit, candidate, mayWaive, input)) continue
        units.push({ index, role: holdersOf(unit) === 0 ? 'primary' : 'verification' })
        unit.chosen.push(offer.peer)
      }
      if (units.length > 0) awards.set(offer.peer, units)
    }
  }
  return [...awards].map(([peer, units]) => ({ peer, units: units.sort((a, b) => a.index - b.index) }))
}

const NO_STANDING: Standing = { trust: 0, quality: 0, reliability: 0 }

function candidateOf(peer: PeerId, { trust, quality, reliability }: Standing): Candidate {
  const poor = !(quality >= POOR_STANDING_BELOW && reliability >= POOR_STANDING_BELOW)
  return { peer, poor, score: Math.round(trust * quality * reliability * STANDING_LEVELS) }
}

function preferred(a: Candidate, b: Candidate, offerA: Offer, offerB: Offer): number {
  if (a.poor !== b.poor) return a.poor ? 1 : -1
  return (
    offerA.expectedEndMs - offerB.expectedEndMs ||
    b.score - a.score ||
    (a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : offerA.first - offerB.first || offerA.count - offerB.count)
  )
}

function openUnit(
  index: number,
  open: Map<number, OpenUnit | undefined>,
  input: AwardInput,
): OpenUnit | undefined {
  if (open.has(index)) return open.get(index)
  const need = input.needOf(index)
  const unit = need === undefined || need.missing <= 0 ? undefined : { need, chosen: [] }
  open.set(index, unit)
  return unit
}

function isWanted(unit: OpenUnit, { peer, poor }: Candidate, mayWaive: boolean, input: AwardInput): boolean {
  const { need, chosen } = unit
  if (chosen.length >= need.missing || need.holders.includes(peer) || chosen.includes(peer)) return false
  const befriended = (other: PeerId): boolean => input.trustEachOtherFully(peer, other)
  if (!poor && !need.holders.some(befriended) && !chosen.some(befriended)) return true
  if (!mayWaive) return false
  return input.nowMs - need.openSinceMs >= input.patienceMs || input.others - holdersOf(unit) <= 0
}

function holdersOf({ need, chosen }: OpenUnit): number {
  return new Set(need.holders).size + chosen.length
}
