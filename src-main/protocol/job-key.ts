import { z } from 'zod'
import { Bytes } from './bytes.ts'

/** Bytes of a key: AES-256 and HMAC-SHA-256 both take as many. */
export const KEY_BYTES = 32

const Key = Bytes.refine((bytes) => bytes.byteLength === KEY_BYTES, `not ${KEY_BYTES} bytes`).refine(
  (bytes) => !isForgotten(bytes),
  'zeros are no key',
)

/** Whether a key was overwritten since a caller took it: work with it must fail. */
export function isForgotten(key: Uint8Array): boolean {
  return key.every((byte) => byte === 0)
}

/**
 * The key of an encrypted job: it travels beside awards, and is in no manifest, journal, answer or log. The frames of one
 * animation share the half for inputs, since they share those; the half for outputs is each job's own.
 */
export const JobKey = z.object({ inputs: Key, outputs: Key })
export type JobKey = z.infer<typeof JobKey>

/**
 * The purpose of a seal: which of its job's blobs it is. The same content sealed for another purpose is other bytes,
 * and opens for no other.
 */
export type SealPurpose = `input:${string}` | `part:${number}` | `output:${number}` | `secrets:${string}`

/** A half of a job's key, and the purpose of the blob that is sealed by it. */
export interface Seal {
  readonly key: Uint8Array
  readonly purpose: SealPurpose
}

/** The seal of the input in a role. */
export function inputSeal({ inputs }: JobKey, role: string): Seal {
  return { key: inputs, purpose: `input:${role}` }
}

/** The seal of the part that a unit of a split job reads. */
export function partSeal({ inputs }: JobKey, unit: number): Seal {
  return { key: inputs, purpose: `part:${unit}` }
}

/** The seal of a unit's output: all peers that compute the same unit with the same result make the same bytes of it. */
export function outputSeal({ outputs }: JobKey, unit: number): Seal {
  return { key: outputs, purpose: `output:${unit}` }
}

/** The seal of a job's secrets: the part of its manifest that only its providers may read. */
export function secretsSeal({ outputs }: JobKey, job: string): Seal {
  return { key: outputs, purpose: `secrets:${job}` }
}
