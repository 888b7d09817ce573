import { rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { failure } from '../protocol/fault.ts'
import { Params } from '../protocol/work.ts'
import type { Executed } from './execute.ts'
import { INLINE_BYTES_MAX, type TaskOutput, type TaskResult } from './output.ts'

/** An outcome ready to travel, with the buffers that move instead of being copied. */
interface HandedOver {
  readonly outcome: TaskResult['outcome']
  readonly transfer: readonly ArrayBuffer[]
}

/** The role of the main output in a staged file's name. */
const MAIN = 'main'

/**
 * Makes an executed task ready to leave its worker: small outputs as bytes, larger ones as files.
 *
 * @param pathPrefix where files go and how their names begin; the role follows. A host that dies leaves files,
 * and its supervisor finds them by this.
 */
export function handOver(executed: Executed, pathPrefix: string): HandedOver {
  if (executed.kind === 'failed') return { outcome: executed, transfer: [] }
  if (!Params.safeParse(executed.info).success) {
    const { fault } = failure('unit-failed', 'the library reports facts that are not JSON')
    return { outcome: { kind: 'failed', fault }, transfer: [] }
  }
  const transfer: ArrayBuffer[] = []
  const written: string[] = []
  const staged = (role: string, bytes: Uint8Array<ArrayBuffer>): TaskOutput => {
    if (bytes.byteLength > INLINE_BYTES_MAX) {
      const path = `${pathPrefix}-${role}`
      written.push(path)
      writeFileSync(path, bytes)
      return { kind: 'file', file: basename(path), bytes: bytes.byteLength }
    }
    const own = ownBuffer(bytes)
    // Nothing is gained with an empty one, which a library may well return again.
    if (own.byteLength > 0) transfer.push(own.buffer)
    return { kind: 'bytes', bytes: own }
  }
  try {
    const output = staged(MAIN, executed.output)
    const extras = Object.fromEntries(
      Object.entries(executed.extras).map(([role, bytes]) => [role, staged(role, bytes)]),
    )
    const { info, metrics } = executed
    return { outcome: { kind: 'done', output, extras, info, metrics }, transfer }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true })
    const message = `an output cannot be written: ${error instanceof Error ? error.message : String(error)}`
    return { outcome: { kind: 'failed', fault: failure('storage-failed', message).fault }, transfer: [] }
  }
}

/** The bytes in a buffer that holds nothing else and may be given away: a view into a WASM memory may not. */
function ownBuffer(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
