import { hash } from 'node:crypto'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import type { EngineDigest } from '../../protocol/engine.ts'
import type { Fuel } from '../../protocol/fuel.ts'
import type { Cid } from '../../protocol/ids.ts'
import { INLINE_OUTPUT_BYTES_MAX } from '../../protocol/limits.ts'
import type { JobManifest } from '../../protocol/work.ts'

/** An output as bytes and their CID, and the fuel that it took. */
export interface Output {
  readonly cid: Cid
  readonly bytes: Uint8Array
  readonly fuel: Fuel
}

/** A unit's job, as outputs depend on it. Where `params.inline` is true, an output is small enough for its receipt. */
type UnitOrigin = Pick<JobManifest, 'requester_id' | 'job_id' | 'params'>

/**
 * The one right output of a unit, for each engine another one (the usual engine has no name). Every peer of the engine
 * that computes gets it; a peer that returns another one lies.
 */
export function rightOutput(manifest: UnitOrigin, unit: number, engine?: EngineDigest): Output {
  return outputOf(manifest, unit, engine === undefined ? 'right' : `right by ${engine}`)
}

/**
 * A wrong output: its own for each author, so that liars agree only when they go by one name. For every other unit
 * the bytes are right, and the fuel is a lie.
 */
export function wrongOutput(
  manifest: UnitOrigin,
  unit: number,
  author: string,
  engine?: EngineDigest,
): Output {
  const wrong = outputOf(manifest, unit, `wrong by ${author}`)
  return unit % 2 === 0 ? wrong : { ...rightOutput(manifest, unit, engine), fuel: wrong.fuel }
}

function outputOf({ requester_id, job_id, params }: UnitOrigin, unit: number, by: string): Output {
  const text = `${requester_id}/${job_id}/${unit}/${by}`
  const isInline = params['inline'] === true
  const bytes = new TextEncoder().encode(isInline ? text : text.padEnd(INLINE_OUTPUT_BYTES_MAX + 1))
  const digest = hash('sha256', bytes, 'buffer')
  return { bytes, cid: cidOfDigest(RAW, digest), fuel: digest.readUIntBE(0, 6) }
}
