import { FILE_CALL_FUEL, MOVED_BYTE_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { chargeGap, positionOf } from './file-position.ts'
import { fail } from './wasi-errno.ts'
import { FILE_TYPE, type Descriptor, type DescriptorTable } from './wasi-file.ts'
import { bytesOf, vectorsAt } from './wasi-io-vectors.ts'
import type { WasiFunctions } from './wasi-functions.ts'
import { WRITE_FLAG_APPEND } from './wasi-stat.ts'

/** The functions that read and write files: `fd_read`, `fd_pread`, `fd_write` and `fd_pwrite`. */
export function transferFunctions(host: UnitHost, descriptors: DescriptorTable): WasiFunctions {
  const { memory, charge } = host

  /** Reads from `at` on into all vectors or up to the end; returns how many bytes. */
  function read(descriptor: Descriptor, vectors: readonly Uint8Array[], at: number): number {
    const { readAt, type } = descriptor.file
    if (type === FILE_TYPE.directory) fail('isDirectory')
    if (!descriptor.readable || readAt === undefined) fail('badFile')
    charge(FILE_CALL_FUEL + bytesOf(vectors) * MOVED_BYTE_FUEL)
    let done = 0
    for (const vector of vectors) {
      const count = readAt(vector, at + done)
      done += count
      if (count < vector.byteLength) break
    }
    return done
  }

  function write(descriptor: Descriptor, vectors: readonly Uint8Array[], at: number): number {
    const { file, writable } = descriptor
    const writeAt = file.write
    if (!writable || writeAt === undefined) fail('badFile')
    const bytes = bytesOf(vectors)
    charge(FILE_CALL_FUEL + bytes * MOVED_BYTE_FUEL)
    if (bytes > 0) chargeGap(host, file, at)
    let done = 0
    for (const vector of vectors) {
      writeAt(vector, at + done)
      done += vector.byteLength
    }
    return bytes
  }

  return {
    fd_read: (fd: number, pointer: number, count: number, result: number) => {
      const descriptor = descriptors.get(fd)
      const vectors = vectorsAt(memory, pointer, count)
      memory.view(result, 4)
      const bytes = read(descriptor, vectors, descriptor.position)
      descriptor.position += bytes
      memory.setUint32(result, bytes)
    },
    fd_pread: (fd: number, pointer: number, count: number, at: bigint, result: number) => {
      const descriptor = descriptors.get(fd)
      const vectors = vectorsAt(memory, pointer, count)
      memory.view(result, 4)
      memory.setUint32(result, read(descriptor, vectors, positionOf(at)))
    },
    fd_write: (fd: number, pointer: number, count: number, result: number) => {
      const descriptor = descriptors.get(fd)
      const vectors = vectorsAt(memory, pointer, count)
      memory.view(result, 4)
      const { file, flags } = descriptor
      const at = (flags & WRITE_FLAG_APPEND) === 0 ? descriptor.position : file.size()
      const bytes = write(descriptor, vectors, at)
      descriptor.position = at + bytes
      memory.setUint32(result, bytes)
    },
    fd_pwrite: (fd: number, pointer: number, count: number, at: bigint, result: number) => {
      const descriptor = descriptors.get(fd)
      const vectors = vectorsAt(memory, pointer, count)
      memory.view(result, 4)
      charge(FILE_CALL_FUEL)
      memory.setUint32(result, write(descriptor, vectors, positionOf(at)))
    },
  }
}
