import { hash } from 'node:crypto'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import type { EngineDigest } from '../../protocol/engine.ts'
import type { Fuel } from '../../protocol/fuel.ts'
import { comparesExactly } from '../../protocol/comparator.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { Likeness } from '../../protocol/likeness.ts'
import { INLINE_OUTPUT_BYTES_MAX } from '../../protocol/limits.ts'
import type { JobManifest } from '../../protocol/work.ts'

/** An output as bytes and their CID, and the fuel that it took. */
export interface Output {
  readonly cid: Cid
  readonly bytes: Uint8Array
  readonly fuel: Fuel
}

/** A unit's job, as outputs depend on it. Where `params.inline` is true, an output is small enough for its receipt. */
type UnitOrigin = Pick<JobManifest, 'requester_id' | 'job_id' | 'params' | 'comparator'>

/** Right outputs of a unit that are compared by content: machines differ a little. */
const VARIANTS = [0, 1, 2]

/**
 * The one right output of a unit, for each engine another one (the usual engine has no name). Every peer of the engine
 * that computes gets it; a peer that returns another one lies. Where outputs are compared by content the engine does not
 * matter, and there are several, one for each machine.
 */
export function rightOutput(manifest: UnitOrigin, unit: number, engine?: EngineDigest, by?: PeerId): Output {
  if (!comparesExactly(manifest.comparator)) {
    const variant = (by ?? '').charCodeAt((by ?? '').length - 1) || 0
    return outputOf(manifest, unit, `about right ${variant % VARIANTS.length}`)
  }
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

const rightCids = new WeakMap<UnitOrigin, Map<number, ReadonlySet<Cid>>>()

/** Whether an output is one of the right ones of a unit whose outputs are compared by content. */
export function isAboutRight(manifest: UnitOrigin, unit: number, cid: Cid): boolean {
  const units = rightCids.get(manifest) ?? new Map<number, ReadonlySet<Cid>>()
  rightCids.set(manifest, units)
  const right =
    units.get(unit) ?? new Set(VARIANTS.map((n) => outputOf(manifest, unit, `about right ${n}`).cid))
  units.set(unit, right)
  return right.has(cid)
}

/** Which outputs of a unit are alike: all right ones. */
export function likenessOf(manifest: UnitOrigin, unit: number, candidates: readonly Cid[]): Likeness {
  const isRight = (cid: Cid): boolean => isAboutRight(manifest, unit, cid)
  return {
    candidates: [...candidates],
    alike: candidates.map((one) =>
      candidates.map((other) => one === other || (isRight(one) && isRight(other))),
    ),
  }
}

function outputOf({ requester_id, job_id, params }: UnitOrigin, unit: number, by: string): Output {
  const text = `${requester_id}/${job_id}/${unit}/${by}`
  const isInline = params['inline'] === true
  const bytes = new TextEncoder().encode(isInline ? text : text.padEnd(INLINE_OUTPUT_BYTES_MAX + 1))
  const digest = hash('sha256', bytes, 'buffer')
  return { bytes, cid: cidOfDigest(RAW, digest), fuel: digest.readUIntBE(0, 6) }
}
