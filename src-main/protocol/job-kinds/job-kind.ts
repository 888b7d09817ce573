import type { z } from 'zod'
import type { ComputeResource } from '../resource.ts'

/**
 * The rules of one kind of job: pure, and the same on every peer.
 *
 * `Params` is the schema of the manifest's parameters. `Given` is further knowledge of a submission, such as the bytes
 * of a scene or the number of files that were split off.
 */
export interface JobKindRules<Params, Given> {
  /** The algorithm that computes the units, with the version that the rules are of. */
  readonly id: string
  readonly version: string
  /** The kind's short name: folders, tables and commands use it. */
  readonly family: string
  readonly Params: z.ZodType<Params>
  /** Units of a job, 1 or more. */
  unitCount(params: Params, given: Given): number
  /** Seconds of one full unit on one core of the reference machine. */
  unitCost(params: Params, given: Given): number
  /** Needs of one unit while it runs. */
  resources(params: Params, given: Given): ComputeResource
}

/** A worker before it holds a job's data: the heap, the engine, compiled code. */
const WORKER_BYTES = 192 << 20

/** Memory in GB of a worker that holds so many bytes besides its own heap and code; rounded up to hundredths. */
export function workerMemoryGb(bytes: number): number {
  return Math.ceil(((WORKER_BYTES + bytes) / 2 ** 30) * 100) / 100
}

/** Memory of a worker that may hold so many bytes besides its own heap and code, in GB: the inverse of `workerDataBytes`. */
export function workerGbOf(dataBytes: number): number {
  return (WORKER_BYTES + dataBytes) / 2 ** 30
}

/** Bytes that a worker with so much memory, in GB, may hold besides its own heap and code. */
export function workerDataBytes(ramGb: number): number {
  return Math.max(0, Math.ceil(ramGb * 2 ** 30) - WORKER_BYTES)
}
