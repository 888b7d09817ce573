import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { PeerState } from '../state.ts'

/** Bytes a second that are expected of a peer from which too little came to tell: a household's line. */
export const RATE_UNKNOWN_BYTES_PER_S = 10e6
/** Assumed bytes of an input of unknown size: requests of older peers state none. */
const INPUT_UNKNOWN_BYTES = 1 << 20
/** A list of parts has a CID in text and its length for each. */
const PART_LIST_ENTRY_BYTES = 61

/**
 * Milliseconds until the inputs that all units of a job read are on this disk, from a decision to fetch them on: bytes
 * that are not here by the measured rate of the requester's line, within the user's limit of the download. 0 where all
 * are here, which is what makes a peer local to a job, and for own jobs. It does not count what else is being fetched
 * from the same peer, nor other peers that have the blobs.
 */
export function expectedFetchMs(state: PeerState, manifestCid: Cid, requester: PeerId): number {
  if (requester === state.me) return 0
  return fetchMs(state, missingBytes(state, manifestCid), requester)
}

/**
 * The same for the part that one unit of a split job reads besides: the mean of the job's parts. Parts are fetched while
 * others are computed, so this bounds how fast units can follow each other rather than adding to each.
 */
export function expectedPartMs(state: PeerState, manifestCid: Cid, requester: PeerId): number {
  const manifest = state.view.manifests.get(manifestCid)
  if (requester === state.me || manifest?.parts === undefined) return 0
  const { parts_bytes, unit_count } = manifest
  return fetchMs(state, parts_bytes === undefined ? INPUT_UNKNOWN_BYTES : parts_bytes / unit_count, requester)
}

/** Bytes that a job's inputs take, of those that `isMissing` says; each blob once, whatever roles it has. */
export function inputBytes(manifest: JobManifest, isMissing: (cid: Cid) => boolean): number {
  const { inputs, input_bytes = {}, parts, unit_count } = manifest
  const bytes = new Map<Cid, number>()
  for (const [role, cid] of Object.entries(inputs)) {
    if (isMissing(cid)) bytes.set(cid, input_bytes[role] ?? INPUT_UNKNOWN_BYTES)
  }
  if (parts !== undefined && isMissing(parts)) bytes.set(parts, unit_count * PART_LIST_ENTRY_BYTES)
  return [...bytes.values()].reduce((sum, one) => sum + one, 0)
}

/** As the runtime saw it, or all of it for a job that it has not looked at yet. */
function missingBytes({ view }: PeerState, manifestCid: Cid): number {
  const known = view.fetching?.missing.get(manifestCid)
  if (known !== undefined) return known
  const manifest = view.manifests.get(manifestCid)
  return manifest === undefined ? 0 : inputBytes(manifest, () => true)
}

function fetchMs({ view, sharing: { limits } }: PeerState, bytes: number, from: PeerId): number {
  if (bytes === 0) return 0
  const rate = view.fetching?.rates.get(from) ?? RATE_UNKNOWN_BYTES_PER_S
  return (bytes / Math.max(1, Math.min(rate, limits.download_bytes_per_s ?? rate))) * 1_000
}
