import type { ModuleMemory } from '../unit/module-memory.ts'
import { fail } from './wasi-errno.ts'

/** Pieces of one read or write; POSIX's IOV_MAX. */
const VECTORS_MAX = 1_024

/** The pieces of memory that a read fills or a write takes, in order. Nothing is done unless all lie inside. */
export function vectorsAt(memory: ModuleMemory, pointer: number, count: number): Uint8Array[] {
  if (count >>> 0 > VECTORS_MAX) fail('invalid')
  const vectors: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const at = (pointer >>> 0) + i * 8
    vectors.push(memory.view(memory.getUint32(at), memory.getUint32(at + 4)))
  }
  return vectors
}

/** Bytes of all pieces together. They may overlap, and so be more than the memory. */
export function bytesOf(vectors: readonly Uint8Array[]): number {
  return vectors.reduce((sum, vector) => sum + vector.byteLength, 0)
}
