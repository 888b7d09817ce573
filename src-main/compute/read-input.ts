import { createHash, hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { cidParts } from '../protocol/cid.ts'
import { equalBytes } from '../protocol/canonical.ts'
import { refuse } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'
import type { CallInput } from './input.ts'

/**
 * Reads a blob's file whole and verifies it: against its CID, or piece by piece where it is a list of chunks.
 * Synchronous, because a worker has nothing else to do meanwhile.
 *
 * @throws FaultError `blob-missing` when the file is not there, `blob-corrupt` when it is not what the CID names
 */
export function readInput(role: string, input: CallInput): Uint8Array<ArrayBuffer> {
  const bytes = readWhole(role, input)
  const chunks = input.chunks ?? [{ cid: input.cid, bytes: bytes.byteLength }]
  let at = 0
  for (const chunk of chunks) {
    const piece = bytes.subarray(at, at + chunk.bytes)
    if (piece.byteLength !== chunk.bytes || !isContentOf(chunk.cid, piece)) {
      refuse('blob-corrupt', `input '${role}' (${input.cid}) is damaged at byte ${at}`)
    }
    at += chunk.bytes
  }
  if (at !== bytes.byteLength)
    refuse('blob-corrupt', `input '${role}' (${input.cid}) is longer than its chunks`)
  return bytes
}

function readWhole(role: string, input: CallInput): Uint8Array<ArrayBuffer> {
  let file: number
  try {
    file = openSync(input.path, 'r')
  } catch (cause) {
    refuse('blob-missing', `input '${role}' (${input.cid}) cannot be read`, cause)
  }
  try {
    const { size } = fstatSync(file)
    if (size !== input.bytes) {
      refuse('blob-corrupt', `input '${role}' (${input.cid}) has ${size} bytes instead of ${input.bytes}`)
    }
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const count = readSync(file, bytes, at, size - at, at)
      if (count === 0) refuse('blob-corrupt', `input '${role}' (${input.cid}) ended at byte ${at}`)
      at += count
    }
    return bytes
  } finally {
    closeSync(file)
  }
}

/** Small pieces in one call; large ones by the streaming interface, which takes them without a copy too. */
function isContentOf(cid: Cid, bytes: Uint8Array): boolean {
  const { sha256 } = cidParts(cid)
  const digest =
    bytes.byteLength < 1 << 20 ? hash('sha256', bytes, 'buffer') : createHash('sha256').update(bytes).digest()
  return equalBytes(sha256, digest)
}
