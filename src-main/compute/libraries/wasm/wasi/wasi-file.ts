import { fail } from './wasi-errno.ts'

/** Types of files in `fdstat` and `filestat`. */
export const FILE_TYPE = { characterDevice: 2, directory: 3, regularFile: 4 } as const

/** Something a descriptor stands for. The same on every peer in all that a program can see of it. */
export interface WasiFile {
  readonly type: (typeof FILE_TYPE)[keyof typeof FILE_TYPE]
  readonly inode: bigint
  readonly size: () => number
  /** Absent where nothing can be read. Returns how many bytes, 0 at the end. */
  readonly readAt?: (target: Uint8Array, at: number) => number
  /** Absent where nothing can be written. */
  readonly write?: (source: Uint8Array, at: number) => void
  readonly truncate?: (bytes: number) => void
}

/** An open file: its own position and flags over a file that others may have open too. */
export interface Descriptor {
  readonly file: WasiFile
  readonly readable: boolean
  readonly writable: boolean
  position: number
  flags: number
  /** Only the directory that the program is given at its start. */
  readonly isPreopened: boolean
}

/** Descriptors open at once; wasi-libc's programs have a handful. */
const DESCRIPTORS_MAX = 1_024

/** A program's descriptors by number. @throws WasiError from everything that takes a number which is not open */
export interface DescriptorTable {
  get(fd: number): Descriptor
  /** Opens under the lowest number that is free. */
  open(descriptor: Descriptor): number
  close(fd: number): void
  /** Moves a descriptor to another's number; that one is closed. */
  renumber(from: number, to: number): void
}

/** A table with these descriptors, numbered from 0. */
export function createDescriptors(first: readonly Descriptor[]): DescriptorTable {
  const table = new Map<number, Descriptor>(first.entries())
  const get = (fd: number) => table.get(fd >>> 0) ?? fail('badFile')
  return {
    get,
    open: (descriptor) => {
      let fd = 0
      while (table.has(fd)) fd++
      if (fd >= DESCRIPTORS_MAX) fail('fileTableFull')
      table.set(fd, descriptor)
      return fd
    },
    close: (fd) => {
      get(fd)
      table.delete(fd >>> 0)
    },
    renumber: (from, to) => {
      const moved = get(from)
      get(to)
      table.delete(from >>> 0)
      table.set(to >>> 0, moved)
    },
  }
}

/** The descriptor of an open file at its beginning. */
export function descriptorOf(
  file: WasiFile,
  access: { readonly readable: boolean; readonly writable: boolean },
  flags = 0,
): Descriptor {
  return {
    file,
    readable: access.readable && file.readAt !== undefined,
    writable: access.writable && file.write !== undefined,
    position: 0,
    flags,
    isPreopened: false,
  }
}
