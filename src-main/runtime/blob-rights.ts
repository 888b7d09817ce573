import { holdingKey, isUnderWay, type PeerState } from '../peer/state.ts'
import { trustOf } from '../peer/trust.ts'
import { bookOf } from '../peer/unit-book.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { BlobStore } from '../ports/blob-store.ts'

const JOB_PIN = 'job:'
const HOLDING_PIN = 'holding:'

/** The owner name of the pins of an own job's manifest, inputs and parts: those who are given its units may read them. */
export function jobPin(job: JobId): string {
  return `${JOB_PIN}${job}`
}

/** The owner name of the pins of what an own job brought, and of what only its user needs: nobody else may read it. */
export function keptPin(job: JobId): string {
  return `kept:${job}`
}

/** The owner name of the pins that a holding has: its requester's inputs, and the outputs that were made for it. */
export function holdingPin(requester: PeerId, job: JobId): string {
  return HOLDING_PIN + holdingKey(requester, job)
}

/**
 * Who may read which blob (SPEC D8): a trusted contact those of a job that it was given units of, the manifests of jobs
 * that are published to it, and what is held here for a job of its own. To know a CID gives no right.
 */
export function createBlobRights(
  state: PeerState,
  blobs: Pick<BlobStore, 'owners'>,
): (peer: PeerId, cid: Cid) => boolean {
  const mayReadJob = (peer: PeerId, cid: Cid, id: string): boolean => {
    const job = state.jobs.get(id as JobId)
    if (job === undefined || !isUnderWay(job)) return false
    return cid === job.manifestCid || bookOf(job).takers.has(peer)
  }
  return (peer, cid) => {
    if (trustOf(state, peer) <= 0) return false
    return blobs.owners(cid).some((owner) => {
      if (owner.startsWith(JOB_PIN)) return mayReadJob(peer, cid, owner.slice(JOB_PIN.length))
      return owner.startsWith(`${HOLDING_PIN}${peer}/`)
    })
  }
}
