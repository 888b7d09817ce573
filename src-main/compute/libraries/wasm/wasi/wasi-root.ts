import type { InputFile } from '../../../library.ts'
import { VERIFIED_BYTE_FUEL } from '../abi/host-costs.ts'
import type { OutputSink } from '../unit/output-sink.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { fail } from './wasi-errno.ts'
import { descriptorOf, FILE_TYPE, type Descriptor, type WasiFile } from './wasi-file.ts'

/** The files of a program: three streams, and a directory with the input and the output in it. */
export interface WasiRoot {
  /** Standard input, output and error, and the directory `/`, as descriptors 0 to 3. */
  readonly descriptors: readonly Descriptor[]
  readonly directory: WasiFile
  /** Files of the directory by name, in the order of their inodes. */
  readonly entries: ReadonlyMap<string, WasiFile>
  /** The file as which `/out` is opened for writing; from then on `/out` is the program's output. */
  openOut(): void
  /** The output: `/out` if it was opened for writing, else what came on standard output. */
  output(): OutputSink
  /** The program has ended: where its output is `/out`, what came on standard output goes into the log. */
  close(): void
}

/** Makes them for one unit. */
export function createRoot(host: UnitHost): WasiRoot {
  let input: InputFile | undefined
  const [stdout, out] = [host.createSink(), host.createSink()]
  let isOutUsed = false

  function inputFile(inode: bigint): WasiFile {
    return {
      type: FILE_TYPE.regularFile,
      inode,
      size: () => host.input?.bytes ?? 0,
      readAt: (target, at) => {
        if (host.input === undefined) return 0
        if (input === undefined) {
          host.charge(host.input.bytes * VERIFIED_BYTE_FUEL)
          input = host.input.open()
        }
        return input.readAt(target, at)
      },
    }
  }

  const directory: WasiFile = { type: FILE_TYPE.directory, inode: 1n, size: () => 0 }
  const entries = new Map([
    ['in', inputFile(2n)],
    ['out', sinkFile(3n, out)],
  ])
  const stderr: WasiFile = {
    type: FILE_TYPE.characterDevice,
    inode: 6n,
    size: () => 0,
    write: (source) => host.log.add(source),
  }
  const only = (file: WasiFile, access: 'read' | 'write') =>
    descriptorOf(file, { readable: access === 'read', writable: access === 'write' })
  return {
    descriptors: [
      only(inputFile(4n), 'read'),
      only(sinkFile(5n, stdout), 'write'),
      only(stderr, 'write'),
      { ...only(directory, 'read'), isPreopened: true },
    ],
    directory,
    entries,
    openOut: () => {
      isOutUsed = true
    },
    output: () => (isOutUsed ? out : stdout),
    close: () => {
      if (isOutUsed) logSink(host, stdout)
      input?.close()
      input = undefined
    },
  }
}

function sinkFile(inode: bigint, sink: OutputSink): WasiFile {
  return {
    type: FILE_TYPE.regularFile,
    inode,
    size: () => sink.bytes,
    readAt: (target, at) => sink.readAt(target, at),
    write: (source, at) => sink.write(source, at),
    truncate: (bytes) => sink.truncate(bytes),
  }
}

/** Puts what a program said on standard output into its log, as far as that takes it. */
function logSink(host: UnitHost, sink: OutputSink): void {
  const text = new Uint8Array(Math.min(sink.bytes, host.params.limits.log_bytes))
  host.log.add(text.subarray(0, sink.readAt(text, 0)))
}

/**
 * Finds a path below the directory. There is one level, so that `..` always leads out.
 *
 * @returns the directory, a file in it, or nothing where a file might be created if this were not a fixed pair
 */
export function lookUp(root: WasiRoot, path: string): WasiFile | undefined {
  if (path === '') fail('noEntry')
  if (path.startsWith('/')) fail('notCapable')
  let found: WasiFile | undefined = root.directory
  for (const part of path.split('/')) {
    if (found === undefined) fail('noEntry')
    if (found !== root.directory) fail('notDirectory')
    if (part === '..') fail('notCapable')
    if (part !== '' && part !== '.') found = root.entries.get(part)
  }
  return found
}
