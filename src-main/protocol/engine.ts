import { z } from 'zod'
import { Name } from './ids.ts'

/** Where floats of one engine compare by hash: our own kernels use only operations that IEEE 754 fixes. */
export const NUMERIC_CLASS = 'ieee754-wasm'

/** Longest digest of an engine; this version's has 16 digits. */
const ENGINE_DIGEST_LENGTH_MAX = 64
/** A digest, a slash and a numeric class. */
const ENGINE_LENGTH_MAX = 300

/**
 * Names the code of an algorithm in one version: a digest of the bytes of its kernels and of its meter's identity, or
 * `none` where there is no such code.
 */
export const EngineDigest = z.string().min(1).max(ENGINE_DIGEST_LENGTH_MAX)
export type EngineDigest = z.infer<typeof EngineDigest>

/**
 * The engine of an algorithm in one version, as `DIGEST/NUMERIC-CLASS`. Peers whose engines are equal return the same
 * bits for the same unit. It is empty for a peer that does not tell its engine: such a peer equals only others of
 * which nothing is known either.
 */
export const EngineId = z.string().max(ENGINE_LENGTH_MAX).brand<'EngineId'>()
export type EngineId = z.infer<typeof EngineId>

/** The engine of a peer that does not tell it. */
export const UNTOLD_ENGINE = EngineId.parse('')

/** The parts of an engine's identity, as capabilities name them. */
export const EngineParts = z.object({
  engine_digest: EngineDigest.exactOptional(),
  numeric_class: Name.exactOptional(),
})
export type EngineParts = z.infer<typeof EngineParts>

/** The engine that has these parts; `UNTOLD_ENGINE` unless both are there. */
export function engineIdOf({ engine_digest, numeric_class }: EngineParts): EngineId {
  if (engine_digest === undefined || numeric_class === undefined) return UNTOLD_ENGINE
  return `${engine_digest}/${numeric_class}` as EngineId
}
