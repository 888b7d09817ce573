/**
 * macOS' programs and native modules (thin 64-bit Mach-O files) apart from their signature. Packaging signs them again,
 * which appends bytes and changes a few fields of the header; their code and data stay. Layout: `<mach-o/loader.h>`.
 */

/** The size of the header proper, in front of its load commands, in bytes. */
const HEADER_BYTES = 32
/** More load commands than any real file has (Node's binary: some 5 KiB), and little enough to read at once. */
const COMMANDS_BYTES_MAX = 1 << 16
/** How much of a file's beginning must be read to know which bytes are signed. */
export const MACH_O_HEAD_BYTES = HEADER_BYTES + COMMANDS_BYTES_MAX
/** `MH_MAGIC_64`, as both of Apple's architectures write it. */
const MAGIC = 0xfeedfacf
const LC_SEGMENT_64 = 0x19
const LC_CODE_SIGNATURE = 0x1d
const SIGNATURE_COMMAND_BYTES = 16
/** The segment at a file's end, which has the signature in it. */
const LAST_SEGMENT = '__LINKEDIT'
/** A signature begins at a multiple of this. */
const ALIGNMENT_BYTES = 16

/** A Mach-O file as it is without a signature. */
export interface UnsignedImage {
  /** Its header and load commands as if it had never been signed, to stand in for the file's first bytes. */
  readonly head: Uint8Array
  /** Where its own bytes end and a signature begins, or would begin; zeros fill up a shorter file. */
  readonly bytes: number
}

/**
 * A file's image without its signature; undefined for what is no such file or is not laid out as signing tools do it.
 *
 * @param start the file's first bytes: `MACH_O_HEAD_BYTES`, or all of them
 * @param fileBytes the file's size
 */
export function unsignedImage(start: Uint8Array, fileBytes: number): UnsignedImage | undefined {
  const head = Buffer.from(start)
  if (head.length < HEADER_BYTES || head.readUInt32LE(0) !== MAGIC) return undefined
  const count = head.readUInt32LE(16)
  const end = HEADER_BYTES + head.readUInt32LE(20)
  // One more command has room: it is blank, or the signature's.
  if (end + SIGNATURE_COMMAND_BYTES > head.length) return undefined
  let bytes = Math.ceil(fileBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  let at = HEADER_BYTES
  for (let i = 0; i < count; i++) {
    const size = at + 8 <= end ? head.readUInt32LE(at + 4) : 0
    if (size < 8 || at + size > end) return undefined
    const kind = head.readUInt32LE(at)
    if (kind === LC_SEGMENT_64) blankLastSegment(head.subarray(at, at + size))
    if (kind === LC_CODE_SIGNATURE) {
      const isLast = i === count - 1 && at + size === end && size === SIGNATURE_COMMAND_BYTES
      const signatureAt = isLast ? signatureStart(head.subarray(at, end), end, fileBytes) : undefined
      if (signatureAt === undefined) return undefined
      bytes = signatureAt
      head.fill(0, at, at + size)
      head.writeUInt32LE(count - 1, 16)
      head.writeUInt32LE(end - HEADER_BYTES - size, 20)
    }
    at += size
  }
  return at === end ? { head: head.subarray(0, Math.min(head.length, bytes)), bytes } : undefined
}

/** Where the signature of a command begins; undefined unless it fills the file from there to its end. */
function signatureStart(command: Buffer, commandsEnd: number, fileBytes: number): number | undefined {
  const at = command.readUInt32LE(8)
  if (at % ALIGNMENT_BYTES !== 0 || at < commandsEnd) return undefined
  return at + command.readUInt32LE(12) === fileBytes ? at : undefined
}

/** The last segment's size, in memory and in the file, grows with the signature. */
function blankLastSegment(command: Buffer): void {
  if (command.length < 56 || command.toString('latin1', 8, 24).replace(/\0+$/, '') !== LAST_SEGMENT) return
  command.fill(0, 32, 40)
  command.fill(0, 48, 56)
}
