/** Major types of CBOR (RFC 8949, 3.1) that announce something after their head. */
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const TAG = 6
/** A head's low five bits: its value itself below 24, else how many bytes of value follow. */
const VALUE_BYTES = [1, 2, 4, 8] as const

/** A reason to refuse bytes, found in the heads of their values. */
export type CborFlaw = 'too-many' | 'too-deep' | 'malformed'

/**
 * Counts the values in CBOR bytes, keys and containers too, by their heads alone. No value is made, so that a message
 * which would take a hundred times its length in memory is refused before that. Bytes that no decoder would accept may
 * be counted as if they were whole.
 *
 * @param itemsMax more is `too-many`, without reading on
 * @param depthMax deeper is `too-deep`
 */
export function countCborItems(
  bytes: Uint8Array,
  itemsMax: number,
  depthMax: number,
): { readonly items: number } | CborFlaw {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** Values still to come on each level. */
  const open: number[] = []
  let left = 1
  let items = 0
  let at = 0
  while (left > 0) {
    if (at >= bytes.byteLength) return 'malformed'
    items += 1
    if (items > itemsMax) return 'too-many'
    const head = view.getUint8(at)
    const argument = argumentOf(view, at)
    if (argument === undefined) return 'malformed'
    at += argument.headBytes
    left -= 1
    const inside = valuesInside(head >> 5, argument.value)
    if (isString(head)) at += argument.value
    else if (inside > bytes.byteLength - at) return 'malformed'
    else if (inside > 0) {
      if (open.length >= depthMax) return 'too-deep'
      open.push(left)
      left = inside
    }
    while (left === 0 && open.length > 0) left = open.pop() ?? 0
  }
  return { items }
}

/** A head's value and length; undefined for one that is cut off or of indefinite length. */
function argumentOf(view: DataView, at: number): { value: number; headBytes: number } | undefined {
  const low = view.getUint8(at) & 31
  if (low < 24) return { value: low, headBytes: 1 }
  const bytes = VALUE_BYTES[low - 24]
  if (bytes === undefined || at + 1 + bytes > view.byteLength) return undefined
  switch (bytes) {
    case 1:
      return { value: view.getUint8(at + 1), headBytes: 2 }
    case 2:
      return { value: view.getUint16(at + 1), headBytes: 3 }
    case 4:
      return { value: view.getUint32(at + 1), headBytes: 5 }
    case 8:
      return { value: Number(view.getBigUint64(at + 1)), headBytes: 9 }
  }
}

function isString(head: number): boolean {
  return head >> 5 === BYTES || head >> 5 === TEXT
}

function valuesInside(major: number, value: number): number {
  if (major === ARRAY) return value
  if (major === MAP) return 2 * value
  return major === TAG ? 1 : 0
}
