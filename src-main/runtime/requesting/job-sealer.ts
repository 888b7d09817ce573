import { randomBytes } from 'node:crypto'
import type { BlobKeeper, BlobStore } from '../../ports/blob-store.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { inputSeal, KEY_BYTES, partSeal, secretsSeal, type JobKey } from '../../protocol/job-key.ts'
import { secretsOf } from '../../protocol/job-manifest.ts'
import { SEALED, type JobManifest } from '../../protocol/work.ts'
import { sealBytes } from '../../sealing/seal.ts'
import { sealBlob } from '../blobs/sealed-blobs.ts'

/** Parts that are sealed at once: small ones share a transaction. */
const PARTS_TOGETHER = 64

/** A new job's key; with another job's of the same submission it shares the half for inputs, which they share too. */
export function newJobKey(sibling?: JobKey): JobKey {
  const random = (): Uint8Array => new Uint8Array(randomBytes(KEY_BYTES))
  return { inputs: sibling?.inputs ?? random(), outputs: random() }
}

/** A job whose blobs are sealed; its parts are those of the list that it names. */
export interface SealedJob {
  readonly manifest: JobManifest
  readonly parts: readonly Cid[]
}

/**
 * Seals all that a job's manifest names, and what the manifest itself is not to tell. Its blobs are pinned for `keeper` as
 * they are stored, under other names than the user's own copies, which stay as they are.
 *
 * @param parts the inputs of its units, where it was split
 * @param known inputs that were sealed by this key before, and that are: the frames of an animation share theirs
 * @throws FaultError `bad-input` for a job that names a dataset; as `sealBlob`
 */
export async function sealJob(
  blobs: BlobStore,
  manifest: JobManifest,
  parts: readonly Cid[],
  key: JobKey,
  keeper: BlobKeeper,
  known: Map<string, Cid>,
): Promise<SealedJob> {
  if (manifest.required_dataset !== undefined) {
    refuse('bad-input', 'an encrypted job cannot go by a dataset: who holds one has it in the open')
  }
  const inputs: Record<string, Cid> = {}
  for (const [role, cid] of Object.entries(manifest.inputs)) {
    const name = `${role} ${cid}`
    const before = known.get(name)
    const isHere = before !== undefined && blobs.has(before)
    const sealed = isHere ? before : await sealBlob(blobs, cid, inputSeal(key, role), keeper)
    if (isHere) blobs.pin(sealed, keeper.owner)
    known.set(name, sealed)
    inputs[role] = sealed
  }
  const sealedParts: Cid[] = []
  for (let at = 0; at < parts.length; at += PARTS_TOGETHER) {
    const some = parts.slice(at, at + PARTS_TOGETHER)
    const sealing = some.map((cid, position) => sealBlob(blobs, cid, partSeal(key, at + position), keeper))
    sealedParts.push(...(await Promise.all(sealing)))
  }
  const told = encodeCanonical(secretsOf(manifest))
  const secrets = await blobs.putUnflushed(sealBytes(secretsSeal(key, manifest.job_id), told), keeper)
  return {
    manifest: {
      ...manifest,
      inputs,
      ...(parts.length === 0
        ? {}
        : { parts: await blobs.putUnflushed(encodeCanonical(sealedParts), keeper) }),
      encryption: { scheme: SEALED, secrets },
    },
    parts: sealedParts,
  }
}
