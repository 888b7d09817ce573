import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { failure, success, type Outcome } from './fault.ts'
import { MANIFEST_BYTES_MAX } from './limits.ts'
import { JobDescription, JobManifest, Params, SEALED } from './work.ts'

/** The part of an encrypted job's manifest that only its providers can read. */
export const JobSecrets = z.object({ description: JobDescription, params: Params })
export type JobSecrets = z.infer<typeof JobSecrets>

/**
 * An encrypted job's manifest as it travels. It has another shape than a plain one, so that a peer of an older version takes
 * it for malformed, rather than sealed bytes for a scene.
 */
const SealedManifest = z.object({ encrypted: z.literal(SEALED), job: JobManifest })

/** The same of any version, to tell an unknown version from a malformed manifest. */
const AnyEncryption = z.object({ encrypted: z.string().max(100) })

/** A manifest as the blob that every possible provider reads; the secrets of an encrypted one are left out. */
export function encodeManifest(manifest: JobManifest): Uint8Array {
  if (manifest.encryption === undefined) return encodeCanonical(manifest)
  // The grid is the shape of the picture, and providers do not need it.
  const { unit_grid: _grid, ...open } = manifest
  return encodeCanonical({ encrypted: SEALED, job: { ...open, description: '', params: {} } })
}

/** The part that `encodeManifest` leaves out of an encrypted job's manifest. */
export function secretsOf({ description, params }: JobManifest): JobSecrets {
  return { description, params }
}

/** A manifest together with its secrets, which overrule none of its open fields. */
export function withSecrets(manifest: JobManifest, { description, params }: JobSecrets): JobManifest {
  return { ...manifest, description, params: { ...params, ...manifest.params } }
}

/**
 * The manifest in a blob, without its secrets.
 *
 * @returns the manifest, `unsupported` for one whose encryption is not known here, or as `decodeCanonical`
 */
export function decodeManifest(bytes: Uint8Array): Outcome<JobManifest> {
  const plain = decodeCanonical(bytes, JobManifest, MANIFEST_BYTES_MAX)
  if (plain.ok) {
    const isSealed = plain.value.encryption !== undefined
    return isSealed
      ? failure('malformed', 'the manifest of an encrypted job in the shape of a plain one')
      : plain
  }
  const sealed = decodeCanonical(bytes, SealedManifest, MANIFEST_BYTES_MAX)
  if (sealed.ok) {
    const { job } = sealed.value
    return job.encryption === undefined
      ? failure('malformed', 'an encrypted job without its encryption')
      : success(job)
  }
  const any = decodeCanonical(bytes, AnyEncryption, MANIFEST_BYTES_MAX)
  if (!any.ok) return plain
  if (any.value.encrypted === SEALED) return sealed
  return failure(
    'unsupported',
    `the job is encrypted as '${any.value.encrypted}', which this version does not know`,
  )
}
