const START = 0xd8
const END = 0xd9
const BASELINE_FRAME = 0xc0
const SCAN = 0xda
/** Tables, JFIF header and restart interval: what a plain baseline picture has, and no metadata. */
const SEGMENTS: ReadonlySet<number> = new Set([0xe0, 0xdb, 0xc4, 0xdd, BASELINE_FRAME, SCAN])

/** Width and height in pixels. */
export interface PixelSize {
  readonly width: number
  readonly height: number
}

/**
 * The size of a baseline JPEG (ITU-T T.81) of one scan, by its markers alone: nothing is decoded. Metadata, progressive or
 * arithmetic coding, a second frame and bytes after the end are refused, so that little is left for a decoder to go wrong with.
 * @returns undefined for bytes that are no such picture
 */
export function smallJpegSize(bytes: Uint8Array): PixelSize | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== START) return undefined
  let size: PixelSize | undefined
  for (let at = 2; at + 4 <= bytes.byteLength;) {
    const marker = bytes[at + 1] ?? 0
    const length = word(bytes, at + 2)
    if (bytes[at] !== 0xff || !SEGMENTS.has(marker)) return undefined
    const next = at + 2 + length
    if (length < 2 || next > bytes.byteLength) return undefined
    if (marker === BASELINE_FRAME) {
      if (size !== undefined) return undefined
      size = frameSize(bytes.subarray(at + 4, next))
      if (size === undefined) return undefined
    }
    if (marker === SCAN) return isOneScan(bytes, next) ? size : undefined
    at = next
  }
  return undefined
}

function frameSize(frame: Uint8Array): PixelSize | undefined {
  const [precision, components] = [frame[0], frame[5]]
  if (precision !== 8 || (components !== 1 && components !== 3)) return undefined
  if (frame.byteLength !== 6 + 3 * components) return undefined
  const [height, width] = [word(frame, 1), word(frame, 3)]
  return width > 0 && height > 0 ? { width, height } : undefined
}

/** Whether the scan's data goes to the end of the picture, which is the end of the bytes. */
function isOneScan(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at + 1 < bytes.byteLength; at++) {
    if (bytes[at] !== 0xff) continue
    const marker = bytes[at + 1] ?? 0
    if (marker === END) return at + 2 === bytes.byteLength
    const isData = marker === 0 || (marker >= 0xd0 && marker <= 0xd7)
    if (!isData) return false
    at++
  }
  return false
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
