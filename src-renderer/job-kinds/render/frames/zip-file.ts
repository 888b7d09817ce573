/** A file to go into a ZIP file. */
export interface ZipEntry {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

const LOCAL_HEADER = 0x04034b50
const CENTRAL_HEADER = 0x02014b50
const END_RECORD = 0x06054b50
/** Names are UTF-8. */
const FLAG_UTF8 = 1 << 11
const VERSION = 20
/** 1 January 1980, where ZIP's calendar begins: equal files give equal bytes. */
const DOS_DATE = 0x21

/** Builds a ZIP file whose entries are stored as they are; pictures are packed already. */
export interface ZipWriter {
  add(entry: ZipEntry): void
  /** Bytes so far. */
  readonly bytes: number
  finish(): Blob
}

/**
 * Starts a ZIP file without the extensions for more than 65,535 entries or 4 GiB: the caller begins another before.
 * Source: PKWARE's APPNOTE, sections 4.3 and 4.4.
 */
export function createZipWriter(): ZipWriter {
  const parts: BlobPart[] = []
  const directory: BlobPart[] = []
  let [offset, directoryBytes, count] = [0, 0, 0]
  return {
    get bytes() {
      return offset
    },
    add({ name, bytes }) {
      const encoded = new TextEncoder().encode(name)
      const checksum = crc32(bytes)
      const local = header(LOCAL_HEADER, 30, checksum, bytes.length, encoded.length)
      const central = header(CENTRAL_HEADER, 46, checksum, bytes.length, encoded.length)
      new DataView(central.buffer).setUint32(42, offset, true)
      parts.push(local, encoded, new Blob([bytes]))
      directory.push(central, encoded)
      offset += local.length + encoded.length + bytes.length
      directoryBytes += central.length + encoded.length
      count += 1
    },
    finish() {
      const end = new DataView(new ArrayBuffer(22))
      end.setUint32(0, END_RECORD, true)
      end.setUint16(8, count, true)
      end.setUint16(10, count, true)
      end.setUint32(12, directoryBytes, true)
      end.setUint32(16, offset, true)
      return new Blob([...parts, ...directory, end.buffer], { type: 'application/zip' })
    },
  }
}

/** The header of an entry, beside its data (30 bytes) or in the directory (46, with one field more at the front). */
function header(
  signature: number,
  length: number,
  checksum: number,
  size: number,
  nameLength: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(length))
  view.setUint32(0, signature, true)
  let at = 4
  if (signature === CENTRAL_HEADER) {
    view.setUint16(at, VERSION, true)
    at += 2
  }
  view.setUint16(at, VERSION, true)
  view.setUint16(at + 2, FLAG_UTF8, true)
  view.setUint16(at + 8, DOS_DATE, true)
  view.setUint32(at + 10, checksum, true)
  view.setUint32(at + 14, size, true)
  view.setUint32(at + 18, size, true)
  view.setUint16(at + 22, nameLength, true)
  return new Uint8Array(view.buffer)
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** CRC-32 as of ISO 3309. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
