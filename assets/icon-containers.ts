/** Files that hold one icon in several sizes. Both containers take PNG images as they are. */

/** One size of an icon. */
export interface IconImage {
  /** Width and height in pixels. */
  readonly size: number
  readonly png: Uint8Array
}

/** Bytes of an ICO's header, and of each entry of its directory. */
const ICO_HEADER = 6
const ICO_ENTRY = 16
/** The largest size that ICO knows; it is written as 0. */
const ICO_SIZE_MAX = 256

/** A Windows icon (the format of Windows Vista and later: PNG in every entry). */
export function icoFile(images: readonly IconImage[]): Uint8Array {
  const header = Buffer.alloc(ICO_HEADER + ICO_ENTRY * images.length)
  header.writeUInt16LE(1, 2) // an icon, not a cursor
  header.writeUInt16LE(images.length, 4)
  let offset = header.byteLength
  for (const [i, { size, png }] of images.entries()) {
    if (size > ICO_SIZE_MAX) throw new Error(`an ICO holds no image of ${size} pixels`)
    const entry = ICO_HEADER + ICO_ENTRY * i
    header.writeUInt8(size % ICO_SIZE_MAX, entry)
    header.writeUInt8(size % ICO_SIZE_MAX, entry + 1)
    header.writeUInt16LE(1, entry + 4) // planes
    header.writeUInt16LE(32, entry + 6) // bits a pixel
    header.writeUInt32LE(png.byteLength, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += png.byteLength
  }
  return Buffer.concat([header, ...images.map(({ png }) => png)])
}

/** Apple's names of the sizes; those of double density have one of their own. */
const ICNS_TYPES: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
}

/** An Apple icon image, of PNG images. */
export function icnsFile(images: readonly IconImage[]): Uint8Array {
  const blocks = images.flatMap(({ size, png }) => {
    const types = ICNS_TYPES[size]
    if (types === undefined) throw new Error(`an ICNS holds no image of ${size} pixels`)
    return types.map((type) => block(type, png))
  })
  return block('icns', Buffer.concat(blocks))
}

/** A type, the length with this head, the content. */
function block(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32BE(8 + content.byteLength, 4)
  return Buffer.concat([head, content])
}
