import { FILE_CALL_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { fail } from './wasi-errno.ts'
import { descriptorOf, FILE_TYPE, type DescriptorTable, type WasiFile } from './wasi-file.ts'
import type { WasiFunctions } from './wasi-functions.ts'
import { lookUp, type WasiRoot } from './wasi-root.ts'
import { RIGHT, writeFileStat } from './wasi-stat.ts'

/** Bytes of a path; Linux's PATH_MAX. */
const PATH_BYTES_MAX = 4_096

/** Flags of `path_open`. */
const OPEN = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const

/** Bytes of a `dirent`, its name apart. */
const ENTRY_BYTES = 24

/** The name under which the program is given its directory. */
const ROOT_NAME = new TextEncoder().encode('/')

/** The `path_…` functions, and those on directories. What would change the directory is refused as read-only. */
export function pathFunctions(host: UnitHost, root: WasiRoot, descriptors: DescriptorTable): WasiFunctions {
  const { memory, charge } = host

  function pathAt(fd: number, pointer: number, bytes: number): string {
    if (descriptors.get(fd).file.type !== FILE_TYPE.directory) fail('notDirectory')
    if (bytes >>> 0 > PATH_BYTES_MAX) fail('nameTooLong')
    const view = memory.view(pointer, bytes)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(view)
    } catch {
      return fail('invalid')
    }
  }

  function find(fd: number, pointer: number, bytes: number): WasiFile {
    return lookUp(root, pathAt(fd, pointer, bytes)) ?? fail('noEntry')
  }

  const readOnly = (fd: number) => {
    descriptors.get(fd)
    fail('readOnly')
  }

  return {
    path_open: (
      fd: number,
      _lookUp: number,
      pointer: number,
      bytes: number,
      how: number,
      rights: bigint,
      _inheriting: bigint,
      flags: number,
      result: number,
    ) => {
      const path = pathAt(fd, pointer, bytes)
      charge(FILE_CALL_FUEL)
      memory.view(result, 4)
      const file = lookUp(root, path) ?? fail((how & OPEN.create) === 0 ? 'noEntry' : 'readOnly')
      memory.setUint32(result, descriptors.open(openFile(root, file, how, rights, flags)))
    },
    path_filestat_get: (fd: number, _lookUp: number, pointer: number, bytes: number, result: number) => {
      writeFileStat(memory, find(fd, pointer, bytes), result)
    },
    path_readlink: (fd: number, pointer: number, bytes: number) => {
      find(fd, pointer, bytes)
      fail('invalid')
    },
    path_create_directory: readOnly,
    path_filestat_set_times: readOnly,
    fd_filestat_set_times: readOnly,
    path_link: readOnly,
    path_remove_directory: readOnly,
    path_rename: readOnly,
    path_symlink: (_pointer: number, _bytes: number, fd: number) => {
      readOnly(fd)
    },
    path_unlink_file: readOnly,
    fd_prestat_get: (fd: number, result: number) => {
      if (!descriptors.get(fd).isPreopened) fail('badFile')
      memory.view(result, 8).fill(0)
      memory.setUint32(result + 4, ROOT_NAME.byteLength)
    },
    fd_prestat_dir_name: (fd: number, pointer: number, bytes: number) => {
      if (!descriptors.get(fd).isPreopened) fail('badFile')
      if (bytes >>> 0 < ROOT_NAME.byteLength) fail('nameTooLong')
      memory.view(pointer, ROOT_NAME.byteLength).set(ROOT_NAME)
    },
    fd_readdir: (fd: number, pointer: number, bytes: number, cookie: bigint, result: number) => {
      if (descriptors.get(fd).file.type !== FILE_TYPE.directory) fail('notDirectory')
      charge(FILE_CALL_FUEL)
      const target = memory.view(pointer, bytes)
      const entries = directoryEntries(root)
      let used = 0
      for (let i = Number(BigInt.asUintN(32, cookie)); i < entries.length && used < target.byteLength; i++) {
        const entry = entries[i] ?? new Uint8Array(0)
        const part = entry.subarray(0, target.byteLength - used)
        target.set(part, used)
        used += part.byteLength
      }
      memory.setUint32(result, used)
    },
  }
}

/** Opens what was found, as POSIX's open does with a file that is there already. */
function openFile(root: WasiRoot, file: WasiFile, how: number, rights: bigint, flags: number) {
  const has = (flag: number) => (how & flag) !== 0
  const writes = (rights & RIGHT.write) !== 0n
  if (has(OPEN.create) && has(OPEN.exclusive)) fail('exists')
  if (file.type === FILE_TYPE.directory) {
    if (writes) fail('isDirectory')
    return descriptorOf(file, { readable: true, writable: false }, flags & 0x1f)
  }
  if (has(OPEN.directory)) fail('notDirectory')
  const isOut = root.entries.get('out') === file
  if ((writes || has(OPEN.truncate)) && !isOut) fail('access')
  if (writes) root.openOut()
  if (has(OPEN.truncate)) file.truncate?.(0)
  return descriptorOf(file, { readable: (rights & RIGHT.read) !== 0n, writable: writes }, flags & 0x1f)
}

/** The directory's entries as `fd_readdir` gives them; each one's cookie is the place of the next. */
function directoryEntries(root: WasiRoot): Uint8Array[] {
  const all: [string, WasiFile][] = [['.', root.directory], ['..', root.directory], ...root.entries]
  return all.map(([name, file], i) => {
    const encoded = new TextEncoder().encode(name)
    const entry = new Uint8Array(ENTRY_BYTES + encoded.byteLength)
    const view = new DataView(entry.buffer)
    view.setBigUint64(0, BigInt(i + 1), true)
    view.setBigUint64(8, file.inode, true)
    view.setUint32(16, encoded.byteLength, true)
    view.setUint8(20, file.type)
    entry.set(encoded, ENTRY_BYTES)
    return entry
  })
}
