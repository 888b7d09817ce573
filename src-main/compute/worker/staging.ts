import { basename } from 'node:path'
import { failure, faultOf } from '../../protocol/fault.ts'
import { Params } from '../../protocol/work.ts'
import { lacksMemory, type Executed } from './execute.ts'
import type { OutputFile } from '../library.ts'
import { createOutputFile, type StagedFile } from './output-file.ts'
import { INLINE_BYTES_MAX, type TaskOutput, type TaskResult } from '../messages/output.ts'

/** An outcome ready to travel, with the buffers that move instead of being copied. */
interface HandedOver {
  readonly outcome: TaskResult['outcome']
  readonly transfer: readonly ArrayBuffer[]
}

/** The files of one task. */
export interface Staging {
  /** For `LibraryCall.createOutput`. @throws FaultError `storage-failed` */
  readonly createOutput: () => OutputFile
  /** Makes the executed task ready to leave its worker: small outputs as bytes, larger ones as files. */
  readonly handOver: (executed: Executed) => HandedOver
}

/**
 * A place for one task's outputs.
 *
 * @param pathPrefix where files go and how their names begin. A host or worker that dies leaves files, and those
 * who clean up find them by this.
 */
export function createStaging(pathPrefix: string): Staging {
  const files = new Set<StagedFile>()
  const createFile = (): StagedFile => {
    const file = createOutputFile(`${pathPrefix}-${files.size}`)
    files.add(file)
    return file
  }

  function stage(executed: Extract<Executed, { kind: 'done' }>, kept: Set<StagedFile>): HandedOver {
    const transfer: ArrayBuffer[] = []
    const staged = (output: Uint8Array<ArrayBuffer> | OutputFile): TaskOutput => {
      if (ArrayBuffer.isView(output) && output.byteLength <= INLINE_BYTES_MAX) {
        const own = ownBuffer(output)
        // Nothing is gained with an empty one, which a library may well return again.
        if (own.byteLength > 0) transfer.push(own.buffer)
        return { kind: 'bytes', bytes: own }
      }
      const file = ArrayBuffer.isView(output) ? createFile() : stagedFile(output)
      if (ArrayBuffer.isView(output)) file.write(output, 0)
      kept.add(file)
      return { kind: 'file', file: basename(file.path), bytes: file.bytes }
    }
    const output = staged(executed.output)
    const extras = Object.fromEntries(
      Object.entries(executed.extras).map(([role, bytes]) => [role, staged(bytes)]),
    )
    const { info, metrics } = executed
    return { outcome: { kind: 'done', output, extras, info, metrics }, transfer }
  }

  function stagedFile(output: OutputFile): StagedFile {
    const file = [...files].find((known) => known === output)
    if (file === undefined) throw new Error('the library returns a file that is not its own')
    return file
  }

  return {
    createOutput: createFile,
    handOver: (executed) => {
      const kept = new Set<StagedFile>()
      try {
        if (!Params.safeParse(executed.info ?? {}).success) {
          return failed(failure('unit-failed', 'the library reports facts that are not JSON'))
        }
        return executed.kind === 'failed' ? { outcome: executed, transfer: [] } : stage(executed, kept)
      } catch (error) {
        kept.clear()
        return failed({ fault: faultOf(error, lacksMemory(error) ? 'memory-exhausted' : 'internal') })
      } finally {
        for (const file of files) {
          if (kept.has(file)) file.close()
          else file.discard()
        }
      }
    },
  }
}

function failed({ fault }: Pick<Extract<Executed, { kind: 'failed' }>, 'fault'>): HandedOver {
  return { outcome: { kind: 'failed', fault }, transfer: [] }
}

/** The bytes in a buffer that holds nothing else and may be given away: a view into a WASM memory may not. */
function ownBuffer(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
