import * as dagCbor from '@ipld/dag-cbor'
import type { z } from 'zod'
import { countCborItems } from './cbor-items.ts'
import { failure, success, type Outcome } from './fault.ts'
import { DECODED_ITEMS_MAX, NESTING_MAX } from './limits.ts'

/**
 * The one encoding of a value: dag-cbor, with sorted keys and shortest integers (IPLD dag-cbor specification).
 * Fields that are `undefined` are left out, at any depth.
 */
export function encodeCanonical(value: unknown): Uint8Array {
  return dagCbor.encode(withoutUndefined(value))
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.some(needsCleaning) ? value.map(withoutUndefined) : value
  const entries = Object.entries(value)
  if (!entries.some(([, field]) => needsCleaning(field))) return value
  return Object.fromEntries(
    entries.filter(([, f]) => f !== undefined).map(([k, f]) => [k, withoutUndefined(f)]),
  )
}

function needsCleaning(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
}

/**
 * Decodes bytes that came from outside.
 *
 * @param bytes what arrived
 * @param schema the shape that it must have
 * @param bytesMax more than this is refused unread
 * @param itemsMax more values, keys and containers included, are refused before anything is made of them
 * @returns the value, or `oversized`, `malformed` or `not-canonical`
 */
export function decodeCanonical<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
  bytesMax: number,
  itemsMax: number = DECODED_ITEMS_MAX,
): Outcome<z.infer<S>> {
  if (bytes.byteLength > bytesMax) return failure('oversized', `${bytes.byteLength} bytes, limit ${bytesMax}`)
  const counted = countCborItems(bytes, itemsMax, NESTING_MAX)
  if (counted === 'too-deep') return failure('oversized', `nested deeper than ${NESTING_MAX}`)
  if (counted === 'too-many') return failure('oversized', `more than ${itemsMax} values`)
  if (counted === 'malformed') return failure('malformed', 'not dag-cbor: cut off, or of indefinite length')
  let raw: unknown
  let again: Uint8Array
  try {
    raw = dagCbor.decode(bytes)
    const fit = checkFit(raw)
    if (!fit.ok) return fit
    again = dagCbor.encode(raw)
  } catch (error) {
    return failure('malformed', `not dag-cbor: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!equalBytes(bytes, again)) return failure('not-canonical', 'not the canonical encoding of its value')
  return parseAs(raw, schema)
}

/** Parses a decoded value; the fault names the first field that is wrong. */
export function parseAs<S extends z.ZodType>(raw: unknown, schema: S): Outcome<z.infer<S>> {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return success(parsed.data)
  const issue = parsed.error.issues[0]
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  return failure('malformed', `${where}${issue?.message ?? 'wrong shape'}`)
}

/**
 * Checks a value of our own before it is written down or sent: a decoder refuses these for their shape alone.
 *
 * @returns `oversized` when it is nested too deep, `malformed` for a key that JavaScript treats specially
 */
export function checkFit(value: unknown): Outcome<null> {
  const flaw = flawOf(value, 0)
  if (flaw === 'deep') return failure('oversized', `nested deeper than ${NESTING_MAX}`)
  if (flaw === 'special-key') return failure('malformed', 'a key named __proto__')
  return success(null)
}

/**
 * Finds a reason to refuse a decoded value: too many levels, or a key that JavaScript treats specially. The decoder
 * makes that key an ordinary property, but the schemas drop it, and an assignment would set the prototype.
 */
function flawOf(value: unknown, depth: number): 'deep' | 'special-key' | undefined {
  if (depth > NESTING_MAX) return 'deep'
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  if (Object.hasOwn(value, '__proto__')) return 'special-key'
  for (const field of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    const flaw = flawOf(field, depth + 1)
    if (flaw !== undefined) return flaw
  }
  return undefined
}

/** Shorter byte strings are compared sooner than the views on them are made. */
const VIEWED_BYTES_MIN = 256
/** Bytes that are compared at once, as four words. */
const STRIDE_BYTES = 16

/**
 * Whether two byte strings are equal, at any offset in their buffers. It takes a quarter of the time of a byte-by-byte
 * comparison; a module that also runs in a browser has no faster one.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  const { byteLength } = a
  if (byteLength !== b.byteLength) return false
  const compared = byteLength < VIEWED_BYTES_MIN ? 0 : byteLength - (byteLength % STRIDE_BYTES)
  if (compared > 0 && !equalStrides(viewOf(a), viewOf(b), compared)) return false
  for (let i = compared; i < byteLength; i++) if (a[i] !== b[i]) return false
  return true
}

/** Views read words at any offset, unlike arrays of words, which an offset in the middle of a message would not suit. */
function equalStrides(a: DataView, b: DataView, bytes: number): boolean {
  for (let at = 0; at < bytes; at += STRIDE_BYTES) {
    const differing =
      (a.getInt32(at) ^ b.getInt32(at)) |
      (a.getInt32(at + 4) ^ b.getInt32(at + 4)) |
      (a.getInt32(at + 8) ^ b.getInt32(at + 8)) |
      (a.getInt32(at + 12) ^ b.getInt32(at + 12))
    if (differing !== 0) return false
  }
  return true
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
