import type { BlobStore } from '../../ports/blob-store.ts'
import type { TurnClock } from '../../ports/clock.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'

/** Parts that are looked up in one go: a job may have tens of thousands, and this peer answers meanwhile. */
const PARTS_TOGETHER = 4_096

/**
 * A manifest with the sizes of its inputs and parts, by which those who help estimate how long fetching them takes. What
 * is not in the store, and so cannot be submitted, counts nothing.
 */
export async function withInputBytes(
  blobs: Pick<BlobStore, 'info'>,
  clock: Pick<TurnClock, 'soon'>,
  manifest: JobManifest,
  parts: readonly Cid[],
): Promise<JobManifest> {
  const bytesOf = (cid: Cid): number => blobs.info(cid)?.bytes ?? 0
  const sizes = Object.entries(manifest.inputs).map(([role, cid]) => [role, bytesOf(cid)] as const)
  let parts_bytes = 0
  for (let at = 0; at < parts.length; at += PARTS_TOGETHER) {
    for (const cid of parts.slice(at, at + PARTS_TOGETHER)) parts_bytes += bytesOf(cid)
    await new Promise<void>((resolve) => clock.soon(resolve))
  }
  const { input_bytes: _before, parts_bytes: _partsBefore, ...rest } = manifest
  return {
    ...rest,
    ...(sizes.length === 0 ? {} : { input_bytes: Object.fromEntries(sizes) }),
    ...(parts.length === 0 ? {} : { parts_bytes }),
  }
}
