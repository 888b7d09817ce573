import { holdingBookOf } from '../../peer/provider/holding-book.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import { isUnderWay } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { trustOf } from '../../peer/pairing/trust.ts'
import { bookOf } from '../../peer/requester/unit-book.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { BlobStore } from '../../ports/blob-store.ts'

/** The owner names of own jobs' pins begin with this. */
export const JOB_PIN = 'job:'
/** The owner names of holdings' pins begin with this. */
export const HOLDING_PIN = 'holding:'
/** The owner names of manifests that are only looked at begin with this. */
export const LOOK_PIN = 'look:'

/** The owner name of the pins of an own job's manifest, inputs and parts: providers of its units may read them. */
export function jobPin(job: JobId): string {
  return `${JOB_PIN}${job}`
}

/** The owner name of pins on an own job's results and on what only its user needs: no other peer may read these. */
export function keptPin(job: JobId): string {
  return `kept:${job}`
}

/** The owner names of pins on outputs that are being compared begin with this. */
export const COMPARING_PIN = 'comparing:'

/** The owner name of pins on the outputs of an own unit while they are compared: no other peer may read these. */
export function comparingPin(job: JobId, unit: number): string {
  return `${COMPARING_PIN}${job}/${unit}`
}

/** The owner name of the pins that a holding has: its requester's inputs, and the outputs that were made for it. */
export function holdingPin(requester: PeerId, job: JobId): string {
  return HOLDING_PIN + holdingKey(requester, job)
}

/** The key of the holding whose pins have this owner name. */
export function holdingOfPin(owner: string): string {
  return owner.slice(HOLDING_PIN.length)
}

/** The owner name of the pin of a manifest that is being fetched to see what its job asks for. */
export function lookPin(from: PeerId): string {
  return LOOK_PIN + from
}

/** The names of guests whose blobs are sealed begin with this; their blobs are worth nothing when the job is over. */
const SEALED_GUEST = 'sealed:'

/** The guest of an encrypted job's blobs: they are for that job alone. */
export function sealedGuest(requester: PeerId, job: JobId): string {
  return SEALED_GUEST + holdingKey(requester, job)
}

/** The key of the holding that a guest of this name is for; undefined for one that is a requester. */
export function holdingOfGuest(guest: string): string | undefined {
  return guest.startsWith(SEALED_GUEST) ? guest.slice(SEALED_GUEST.length) : undefined
}

/** Which peers may read which of this peer's blobs. Knowing a CID gives no right. */
export interface BlobRights {
  /**
   * Whether a peer may read a blob (SPEC D8): a trusted contact what belongs to a job that it was given units of, the
   * manifests of jobs that are published to it, and the outputs that were made here for it. Inputs that it has named are
   * not given back: this peer may have them from another one.
   */
  mayServe(peer: PeerId, cid: Cid): boolean
  /** Whether a requester's word opens a blob to others who fetch it: an input of a job of its own that is at work here. */
  mayVouch(peer: PeerId, cid: Cid): boolean
}

/** The rights that follow from jobs and holdings as they are at each moment. */
export function createBlobRights(state: PeerState, blobs: Pick<BlobStore, 'owners'>): BlobRights {
  const mayReadJob = (peer: PeerId, cid: Cid, id: string): boolean => {
    const job = state.requester.jobs.get(id as JobId)
    if (job === undefined || !isUnderWay(job)) return false
    return cid === job.manifestCid || bookOf(job).takers.has(peer)
  }
  const isOf = (peer: PeerId, owner: string) => owner.startsWith(`${HOLDING_PIN}${peer}/`)
  const isOutput = (cid: Cid, owner: string): boolean => {
    const holding = state.provider.holdings.get(holdingOfPin(owner))
    return holding !== undefined && holdingBookOf(holding).outputs.has(cid)
  }
  return {
    mayServe(peer, cid) {
      if (trustOf(state, peer) <= 0) return false
      return blobs.owners(cid).some((owner) => {
        if (owner.startsWith(JOB_PIN)) return mayReadJob(peer, cid, owner.slice(JOB_PIN.length))
        return isOf(peer, owner) && isOutput(cid, owner)
      })
    },
    mayVouch: (peer, cid) => trustOf(state, peer) > 0 && blobs.owners(cid).some((owner) => isOf(peer, owner)),
  }
}
