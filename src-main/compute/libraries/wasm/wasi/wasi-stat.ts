import type { ModuleMemory } from '../unit/module-memory.ts'
import { FILE_TYPE, type Descriptor, type WasiFile } from './wasi-file.ts'

/** The descriptor flag that each write goes to the end. */
export const WRITE_FLAG_APPEND = 1

/** Bits of WASI's `rights` that are looked at or given. */
export const RIGHT = {
  read: 1n << 1n,
  seek: 1n << 2n,
  setFlags: 1n << 3n,
  tell: 1n << 5n,
  write: 1n << 6n,
  open: 1n << 13n,
  readDirectory: 1n << 14n,
  pathStat: 1n << 18n,
  fileStat: 1n << 21n,
  setSize: 1n << 22n,
  poll: 1n << 27n,
} as const

const READS = RIGHT.read | RIGHT.seek | RIGHT.tell | RIGHT.fileStat | RIGHT.setFlags | RIGHT.poll
const WRITES =
  RIGHT.write | RIGHT.seek | RIGHT.tell | RIGHT.fileStat | RIGHT.setFlags | RIGHT.setSize | RIGHT.poll
const DIRECTORY = RIGHT.open | RIGHT.readDirectory | RIGHT.pathStat | RIGHT.fileStat

/** The rights of a descriptor, and of descriptors opened through it. wasi-libc asks before it opens. */
export function rightsOf({ file, readable, writable }: Descriptor): { own: bigint; inheriting: bigint } {
  switch (file.type) {
    case FILE_TYPE.directory:
      return { own: DIRECTORY, inheriting: DIRECTORY | READS | WRITES }
    case FILE_TYPE.characterDevice:
      // Without the right to seek it counts as a terminal, and C writes each line to it as it comes.
      return { own: RIGHT.write | RIGHT.fileStat | RIGHT.setFlags | RIGHT.poll, inheriting: 0n }
    case FILE_TYPE.regularFile:
      return { own: (readable ? READS : 0n) | (writable ? WRITES : 0n), inheriting: 0n }
  }
}

/** Writes a `filestat`: 64 bytes, all times 1970. @throws OutsideMemory */
export function writeFileStat(memory: ModuleMemory, file: WasiFile, pointer: number): void {
  memory.view(pointer, 64).fill(0)
  memory.setUint64(pointer, 1n) // device
  memory.setUint64(pointer + 8, file.inode)
  memory.setUint8(pointer + 16, file.type)
  memory.setUint64(pointer + 24, 1n) // links
  memory.setUint64(pointer + 32, BigInt(file.size()))
}
