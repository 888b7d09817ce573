/** Bytes in memory that grow as they are written. */
export interface HeldBytes {
  readonly length: number
  /** Puts `source` at a place; a gap before it is zeros. */
  put(source: Uint8Array, at: number): void
  /** Cuts them off, or adds zeros. */
  resize(length: number): void
  /** A view of some of them, or of all. */
  view(from?: number, to?: number): Uint8Array
  /** All of them as an array of their own. They are not used any longer. */
  take(): Uint8Array<ArrayBuffer>
}

/** No bytes yet. @param bytesMax how many there will be at most @param copied hears how many bytes were copied */
export function createHeldBytes(bytesMax: number, copied: (bytes: number) => void): HeldBytes {
  let buffer = new Uint8Array(0)
  let held = 0

  function makeRoom(room: number): void {
    if (room <= buffer.byteLength) return
    const larger = new Uint8Array(Math.min(bytesMax, Math.max(room, 2 * buffer.byteLength)))
    larger.set(buffer.subarray(0, held))
    copied(held)
    buffer = larger
  }

  return {
    get length() {
      return held
    },
    put: (source, at) => {
      makeRoom(at + source.byteLength)
      if (at > held) buffer.fill(0, held, at)
      buffer.set(source, at)
      copied(source.byteLength)
      held = Math.max(held, at + source.byteLength)
    },
    resize: (length) => {
      makeRoom(length)
      if (length > held) buffer.fill(0, held, length)
      held = length
    },
    view: (from = 0, to = held) => buffer.subarray(Math.min(from, held), Math.min(to, held)),
    take: () => {
      if (held === buffer.byteLength) return buffer
      copied(held)
      return buffer.slice(0, held)
    },
  }
}
