import { z } from 'zod'
import { decodeCanonical, encodeCanonical, parseAs } from '../protocol/canonical.ts'
import { failure, type Outcome } from '../protocol/fault.ts'

/**
 * The version of what a peer writes down for itself: journal records and snapshots. It counts up when the meaning or shape of
 * one changes so that the schema alone cannot read the older one; then an upgrade from the version before is added.
 */
export const RECORD_VERSION = 7

/** A value of one version as the next version has it. It has the older shape, since such a program wrote it. */
export type Upgrade = (value: unknown) => unknown

/** Upgrades by the version that they begin at. */
export type Upgrades = ReadonlyMap<number, Upgrade>

/** The first byte of a record that says its version, in the next one. Version 1 begins with a map of dag-cbor, never with this. */
const MARK = 0x4d
const HEADER_BYTES = 2
/** A peer's own state is as large as it is. */
const OWN_ITEMS_MAX = Number.POSITIVE_INFINITY

/** A value with the version of its shape. */
export function encodeVersioned(value: unknown, version = RECORD_VERSION): Uint8Array {
  const encoded = encodeCanonical(value)
  const record = new Uint8Array(HEADER_BYTES + encoded.byteLength)
  record.set([MARK, version])
  record.set(encoded, HEADER_BYTES)
  return record
}

/**
 * A value that this or an older program wrote, upgraded one version after the other.
 * @returns `unsupported` for what a newer program wrote; `malformed` and the like as `decodeCanonical`
 */
export function decodeVersioned<S extends z.ZodType>(
  record: Uint8Array,
  schema: S,
  bytesMax: number,
  upgrades: Upgrades,
  current = RECORD_VERSION,
): Outcome<z.infer<S>> {
  const isMarked = record[0] === MARK
  const version = isMarked ? (record[1] ?? 0) : 1
  const encoded = isMarked ? record.subarray(HEADER_BYTES) : record
  if (version > current) {
    return failure('unsupported', `a newer Meshwork wrote it (version ${version}, this is ${current})`)
  }
  if (version === current) return decodeCanonical(encoded, schema, bytesMax, OWN_ITEMS_MAX)
  const decoded = decodeCanonical(encoded, z.unknown(), bytesMax, OWN_ITEMS_MAX)
  if (!decoded.ok) return decoded
  let { value } = decoded
  for (let at = version; at < current; at++) {
    const upgrade = upgrades.get(at)
    if (upgrade === undefined) return failure('unsupported', `version ${at} is no longer read`)
    value = upgrade(value)
  }
  return parseAs(value, schema)
}
