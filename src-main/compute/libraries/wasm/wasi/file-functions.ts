import { FILE_CALL_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { chargeGap, positionOf } from './file-position.ts'
import { transferFunctions } from './transfer-functions.ts'
import { fail } from './wasi-errno.ts'
import { FILE_TYPE, type Descriptor, type DescriptorTable } from './wasi-file.ts'
import type { WasiFunctions } from './wasi-functions.ts'
import { rightsOf, writeFileStat } from './wasi-stat.ts'

/** The place that a seek counts from, by the number of `whence`. */
const WHENCE = { start: 0, current: 1, end: 2 } as const

/** The `fd_…` functions but those on directories. */
export function fileFunctions(host: UnitHost, descriptors: DescriptorTable): WasiFunctions {
  const { memory, charge } = host
  return {
    ...transferFunctions(host, descriptors),
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
      chargeGap(host, file, positionOf(bytes))
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
