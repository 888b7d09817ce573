import { decodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { MANIFEST_BYTES_MAX, PARTS_MAX } from '../../protocol/limits.ts'
import { secretsSeal, type JobKey } from '../../protocol/job-key.ts'
import { decodeManifest, JobSecrets, withSecrets } from '../../protocol/job-manifest.ts'
import { sealedBytes } from '../../protocol/sealed-bytes.ts'
import { PartList, type Encryption, type JobManifest } from '../../protocol/work.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import { readOpened } from './sealed-blobs.ts'

/** The longest list of parts: a CID's text is 59 characters, and two bytes say so. */
const PART_LIST_BYTES_MAX = PARTS_MAX * 61 + 16

/** The manifest inside a blob. @throws FaultError when it is none */
export async function loadManifest(blobs: BlobStore, cid: Cid): Promise<JobManifest> {
  const decoded = decodeManifest(await readBounded(blobs, cid, MANIFEST_BYTES_MAX))
  if (!decoded.ok) throw new FaultError(decoded.fault)
  return decoded.value
}

/**
 * The whole manifest of an encrypted job, for its providers.
 * @throws FaultError `not-opened`, `malformed` or `oversized` when the secrets are not what the key was given for
 */
export async function openManifest(
  blobs: BlobStore,
  manifest: JobManifest,
  { secrets }: Encryption,
  key: JobKey,
): Promise<JobManifest> {
  const seal = secretsSeal(key, manifest.job_id)
  const bytes = await readOpened(blobs, secrets, seal, sealedBytes(MANIFEST_BYTES_MAX))
  const decoded = decodeCanonical(bytes, JobSecrets, MANIFEST_BYTES_MAX)
  if (!decoded.ok) throw new FaultError(decoded.fault)
  return withSecrets(manifest, decoded.value)
}

/**
 * The parts that a manifest's job was split into, one for each of its units.
 * @throws FaultError when the blob is no list, or one of another length
 */
export async function loadParts(blobs: BlobStore, cid: Cid, unitCount: number): Promise<PartList> {
  const decoded = decodeCanonical(
    await readBounded(blobs, cid, PART_LIST_BYTES_MAX),
    PartList,
    PART_LIST_BYTES_MAX,
  )
  if (!decoded.ok) throw new FaultError(decoded.fault)
  const { length } = decoded.value
  if (length !== unitCount) refuse('malformed', `a job of ${unitCount} units has ${length} parts`)
  return decoded.value
}

/** Reads a blob that another peer named: its size is checked before it is held in memory. */
async function readBounded(blobs: BlobStore, cid: Cid, bytesMax: number): Promise<Uint8Array> {
  const bytes = blobs.info(cid)?.bytes ?? 0
  if (bytes > bytesMax) refuse('oversized', `${cid} has ${bytes} bytes, limit ${bytesMax}`)
  return blobs.read(cid)
}
