import type { LibraryInput } from '../../../library.ts'
import { lacksMemory } from '../../../worker/execute.ts'
import { decodeBytes } from '../../render/textures/decode-image.ts'
import { decodePng, isPng, type Rgba8Image } from '../../render/textures/decode-png.ts'
import type { Reading } from '../pairs.ts'
import type { Picture } from './picture.ts'

/** Signature, length and name of the first chunk, width and height (PNG specification, sections 5.2 and 11.2.1). */
const HEAD_BYTES = 24
const FIRST_CHUNK_AT = 8
const HEADER_LENGTH = 13
const HEADER_NAME = 0x49_48_44_52

/** The decoder holds the file, the file without its unused chunks, and the picture's data once more joined. */
const FILE_COPIES = 3
/** Bytes of a decoded pixel; two pictures are held at a time. */
const PIXEL_BYTES = 4

/** A decoded picture of 8 bits a channel. */
export interface PngPixels extends Rgba8Image {
  readonly isOpaque: boolean
}

/**
 * The size that a PNG file claims, by its head. Unreadable where it is no PNG, its header is not its first chunk (as the
 * specification demands), or decoding it takes more than `memoryBytesMax`.
 */
export function pngShape(output: LibraryInput, memoryBytesMax: number): Reading<string> {
  const head = headOf(output)
  if (head.byteLength < HEAD_BYTES || !isPng(head)) return { kind: 'unreadable', why: 'not a PNG file' }
  const view = new DataView(head.buffer)
  const isHeader =
    view.getUint32(FIRST_CHUNK_AT) === HEADER_LENGTH && view.getUint32(FIRST_CHUNK_AT + 4) === HEADER_NAME
  if (!isHeader) return { kind: 'unreadable', why: 'a PNG file that does not begin with its header' }
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const needed = decodeBytes(head) + 2 * PIXEL_BYTES * width * height + FILE_COPIES * output.bytes
  return needed <= memoryBytesMax
    ? { kind: 'read', value: `${width} × ${height}` }
    : { kind: 'unreadable', why: `decoding it takes ${needed} bytes, limit ${memoryBytesMax}` }
}

function headOf(output: LibraryInput): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(HEAD_BYTES)
  const file = output.open()
  try {
    return head.slice(0, file.readAt(head, 0))
  } finally {
    file.close()
  }
}

/** Decodes a PNG file. @throws the error of this machine's lack of memory, which says nothing about the file */
export function readPng(output: LibraryInput): Reading<PngPixels> {
  const bytes = output.read()
  try {
    const { width, height, rgba } = decodePng(bytes)
    return { kind: 'read', value: { width, height, rgba, isOpaque: isOpaque(rgba) } }
  } catch (error) {
    if (lacksMemory(error) || !(error instanceof Error)) throw error
    return { kind: 'unreadable', why: error.message }
  }
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false
  return true
}

/**
 * Two decoded pictures, to compare. Where one is transparent somewhere, its opacity is compared too, and colours count as
 * much as they are opaque: a colour that is not seen makes no difference.
 */
export function pngPictures(one: PngPixels, other: PngPixels): readonly [Picture, Picture] {
  const channels = one.isOpaque && other.isOpaque ? 3 : 4
  return [pictureOf(one, channels), pictureOf(other, channels)]
}

function pictureOf({ width, height, rgba }: PngPixels, channels: 3 | 4): Picture {
  return {
    width,
    height,
    channels,
    readRow: (y, target) => {
      const end = (y + 1) * width * 4
      for (let from = y * width * 4, to = 0; from < end; from += 4, to += channels) {
        const opacity = (rgba[from + 3] ?? 0) / 255
        for (let c = 0; c < 3; c++) target[to + c] = ((rgba[from + c] ?? 0) / 255) * opacity
        if (channels === 4) target[to + 3] = opacity
      }
    },
  }
}
