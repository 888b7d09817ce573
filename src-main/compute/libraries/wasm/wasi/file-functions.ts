import { FILE_CALL_FUEL, MOVED_BYTE_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { fail } from './wasi-errno.ts'
import { FILE_TYPE, type Descriptor, type DescriptorTable, type WasiFile } from './wasi-file.ts'
import { bytesOf, vectorsAt } from './wasi-io-vectors.ts'
import type { WasiFunctions } from './wasi-functions.ts'
import { rightsOf, WRITE_FLAG_APPEND, writeFileStat } from './wasi-stat.ts'

/** What whence says a seek is from. */
const WHENCE = { start: 0, current: 1, end: 2 } as const

/** Positions are numbers: 2⁵³ is beyond every file. */
const POSITION_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/** The `fd_…` functions but those on directories. */
export function fileFunctions(host: UnitHost, descriptors: DescriptorTable): WasiFunctions {
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

  /** Zeros that a file gets without their being written cost as much: somebody hashes and carries them. */
  function chargeGap({ truncate, size }: WasiFile, end: number): void {
    if (truncate !== undefined) charge(Math.max(0, end - size()) * MOVED_BYTE_FUEL)
  }

  function write(descriptor: Descriptor, vectors: readonly Uint8Array[], at: number): number {
    const { file, writable } = descriptor
    const writeAt = file.write
    if (!writable || writeAt === undefined) fail('badFile')
    const bytes = bytesOf(vectors)
    charge(FILE_CALL_FUEL + bytes * MOVED_BYTE_FUEL)
    if (bytes > 0) chargeGap(file, at)
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
    fd_seek: (fd: number, offset: bigint, whence: number, result: number) => {
      const descriptor = descriptors.get(fd)
      // Writing elsewhere than before makes the host write what it has gathered.
      charge(FILE_CALL_FUEL)
      const from = seekBase(descriptor, whence)
      const position = positionOf(BigInt(from) + offset)
      memory.setUint64(result, BigInt(position))
      descriptor.position = position
    },
    fd_tell: (fd: number, result: number) => {
      const descriptor = descriptors.get(fd)
      memory.setUint64(result, BigInt(seekBase(descriptor, WHENCE.current)))
    },
    fd_fdstat_get: (fd: number, result: number) => {
      const descriptor = descriptors.get(fd)
      memory.view(result, 24).fill(0)
      memory.setUint8(result, descriptor.file.type)
      memory.setUint16(result + 2, descriptor.flags)
      const rights = rightsOf(descriptor)
      memory.setUint64(result + 8, rights.own)
      memory.setUint64(result + 16, rights.inheriting)
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      descriptors.get(fd).flags = flags & 0x1f
    },
    fd_filestat_get: (fd: number, result: number) => {
      writeFileStat(memory, descriptors.get(fd).file, result)
    },
    fd_filestat_set_size: (fd: number, bytes: bigint) => {
      const { file, writable } = descriptors.get(fd)
      if (!writable || file.truncate === undefined) fail('invalid')
      charge(FILE_CALL_FUEL)
      chargeGap(file, positionOf(bytes))
      file.truncate(positionOf(bytes))
    },
    fd_allocate: (fd: number) => {
      descriptors.get(fd)
      fail('notSupported')
    },
    fd_advise: (fd: number) => void descriptors.get(fd),
    fd_sync: (fd: number) => void descriptors.get(fd),
    fd_datasync: (fd: number) => void descriptors.get(fd),
    fd_close: (fd: number) => {
      descriptors.close(fd)
    },
    fd_renumber: (from: number, to: number) => {
      descriptors.renumber(from, to)
    },
  }
}

function seekBase({ file, position }: Descriptor, whence: number): number {
  if (file.type === FILE_TYPE.directory) fail('badFile')
  if (file.type === FILE_TYPE.characterDevice) fail('seekOnPipe')
  switch (whence) {
    case WHENCE.start:
      return 0
    case WHENCE.current:
      return position
    case WHENCE.end:
      return file.size()
    default:
      return fail('invalid')
  }
}

function positionOf(position: bigint): number {
  if (position < 0n || position > POSITION_MAX) fail('invalid')
  return Number(position)
}
