import type { PeerEvent } from '../../peer/event.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import { lookPin } from '../blobs/blob-rights.ts'
import { loadManifest } from '../blobs/job-blobs.ts'
import type { Defects } from '../defects.ts'
import { withinTime } from '../time-limit.ts'

/** One manifest's transfer: at most a megabyte. */
const MANIFEST_WITHIN_MS = 20_000

/** The ports that the fetch of a manifest uses. */
export interface ManifestFetchDependencies {
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  /** Takes the event with the manifest, or that it cannot be had. */
  readonly tell: (event: PeerEvent) => void
  readonly defects: Defects
  readonly signal: AbortSignal
}

/** Fetches a requester's manifest, to look at before this peer offers. It never rejects. */
export async function fetchManifest(
  dependencies: ManifestFetchDependencies,
  cid: Cid,
  from: PeerId,
): Promise<void> {
  const { clock, blobs, tell, defects, signal } = dependencies
  try {
    if (!blobs.has(cid)) await look(dependencies, cid, from)
    const manifest = await loadManifest(blobs, cid)
    tell({ kind: 'manifest', at_ms: clock.nowMs(), cid, manifest })
  } catch (error) {
    if (signal.aborted) return
    defects.faultOf(error, 'fetching a manifest')
    tell({ kind: 'manifest-missing', at_ms: clock.nowMs(), cid })
  }
}

/** Fetches a blob to look at it: it stays as briefly as other blobs of its requester's jobs. */
async function look(
  { clock, blobs, fetcher, signal }: ManifestFetchDependencies,
  cid: Cid,
  from: PeerId,
): Promise<void> {
  const owner = lookPin(from)
  blobs.pin(cid, owner, from)
  try {
    await withinTime(clock, MANIFEST_WITHIN_MS, signal, (within) =>
      fetcher.fetch(cid, { from: [from], signal: within }),
    )
  } finally {
    if (!signal.aborted) blobs.unpin(owner, [cid])
  }
}
