import { closeSync, openSync, readSync } from 'node:fs'
import { isMissing } from './private-files.ts'

/** The head of SQLite's write-ahead log (https://sqlite.org/fileformat2.html#walformat): 24 bytes and their checksum. */
const HEAD_BYTES = 32
const SUMMED_BYTES = 24
/** The first word; its lowest bit says in which order the checksum takes bytes. */
const MAGIC = 0x377f0682

/** Whether a write-ahead log has an intact head, or none yet: one that is missing or shorter than its head has nothing to lose. */
export function isLogHeadIntact(path: string): boolean {
  const head = readHead(path)
  if (head.length < HEAD_BYTES) return true
  const magic = head.readUInt32BE(0)
  if ((magic ^ MAGIC) >>> 1 !== 0) return false
  const word = (at: number): number => ((magic & 1) === 1 ? head.readUInt32BE(at) : head.readUInt32LE(at))
  let [first, second] = [0, 0]
  for (let at = 0; at < SUMMED_BYTES; at += 8) {
    first = (first + word(at) + second) >>> 0
    second = (second + word(at + 4) + first) >>> 0
  }
  return first === head.readUInt32BE(24) && second === head.readUInt32BE(28)
}

function readHead(path: string): Buffer {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(file)
  }
}
