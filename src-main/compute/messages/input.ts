/**
 * Messages down to the work: main process → compute host → worker. With output.ts, the whole worker protocol.
 */
import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { Cid, Name } from '../../protocol/ids.ts'
import { KEY_BYTES, type SealPurpose } from '../../protocol/job-key.ts'
import type { LogTails } from './log-tail.ts'
import { Params, UnitIndex } from '../../protocol/work.ts'

/** Tasks in one hand-over. At 64 the cost of the hand-over (a few 100 µs) is down to microseconds per task. */
export const BATCH_TASKS_MAX = 64

/** Workers of one host: more threads than any desktop has cores only compete for memory. */
export const WORKERS_MAX = 256

/** Names a task between supervisor and host; counted up, never used again. */
export const TaskKey = z.int().min(0)
export type TaskKey = z.infer<typeof TaskKey>

/** By what a sealed blob is opened; `purpose` as its job's requester gave it. */
const InputSeal = z.object({
  key: Bytes.refine((key) => key.byteLength === KEY_BYTES, 'not a key'),
  purpose: z.custom<SealPurpose>((purpose) => typeof purpose === 'string', 'not a purpose'),
})

/** A blob of a call in a file, and what its content must hash to. */
const FileInput = z.object({
  cid: Cid,
  path: z.string(),
  bytes: z.int().min(0),
  /** Pieces in order, each named by the CID of its bytes; absent when `cid` is the digest of the whole. */
  chunks: z.array(z.object({ cid: Cid, bytes: z.int().min(1) })).exactOptional(),
  seal: InputSeal.exactOptional(),
})
export type FileInput = z.infer<typeof FileInput>

/** A small blob that came along; `cid` is the digest of its bytes. */
const BytesInput = z.object({
  cid: Cid,
  bytes: z.int().min(0),
  content: Bytes,
  seal: InputSeal.exactOptional(),
})
export type BytesInput = z.infer<typeof BytesInput>

/** A blob of a call. */
export const CallInput = z.union([FileInput, BytesInput])
export type CallInput = z.infer<typeof CallInput>

/** The call that the tasks of a batch share: all but their index and the inputs that differ. */
export const Call = z.object({
  kind: z.enum(['run', 'measure']),
  algorithmId: Name,
  algorithmVersion: Name,
  params: Params,
  inputs: z.record(z.string(), CallInput),
  limits: z.object({
    wallMsMax: z.number().positive(),
    memoryBytesMax: z.number().positive(),
    outputBytesMax: z.number().min(0),
    fuelMax: z.number().min(0).exactOptional(),
    outputBytesLent: z.number().min(0).exactOptional(),
  }),
})
export type Call = z.infer<typeof Call>

/** The fields that a task of a batch has for itself. */
export const BatchTask = z.object({
  key: TaskKey,
  unitIndex: UnitIndex.exactOptional(),
  /** Inputs besides those of the call, in other roles. */
  inputs: z.record(z.string(), CallInput).exactOptional(),
})
export type BatchTask = z.infer<typeof BatchTask>

/** Tasks that one worker runs one after another. */
export const Batch = z.object({
  id: z.int().min(0),
  call: Call,
  /** Of tasks that the peer runs for itself: they go before units, on one worker more if all are busy. */
  isLocal: z.boolean(),
  tasks: z.array(BatchTask).min(1).max(BATCH_TASKS_MAX),
})
export type Batch = z.infer<typeof Batch>

/** The call of one task of a batch, with all its inputs. */
export function callOf(call: Call, { inputs }: BatchTask): Call {
  return inputs === undefined ? call : { ...call, inputs: { ...call.inputs, ...inputs } }
}

/** A message of the supervisor to its host. */
export const HostInput = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('configure'),
    /** URL of the module that exports `libraries`. */
    registry: z.string(),
    /** The folder for large outputs, the one place where the host may write. */
    staging: z.string(),
    /** Begins the names of this host's files there. */
    filePrefix: z.string().regex(/^[a-z0-9-]+$/),
    workers: z.int().min(1).max(WORKERS_MAX),
    heapBytesMax: z.number().positive(),
  }),
  z.object({ kind: z.literal('workers'), workers: z.int().min(1).max(WORKERS_MAX) }),
  /** The part of the time in which the host runs at all: what a limit counts is time in which it did. */
  z.object({ kind: z.literal('duty'), duty: z.number().min(0.01).max(1) }),
  z.object({ kind: z.literal('batch'), batch: Batch }),
  z.object({ kind: z.literal('cancel'), keys: z.array(TaskKey) }),
])
export type HostInput = z.infer<typeof HostInput>

/** The setup of a worker, given once when it starts (its `workerData`). */
export interface WorkerSetup {
  readonly registry: string
  readonly staging: string
  readonly filePrefix: string
  /** `SLOT_WORDS` words per slot, through which the host sees what a worker does while it does it. */
  readonly slots: Int32Array<SharedArrayBuffer>
  /** The end of what the unit of each slot says. */
  readonly tails: LogTails
}

/** A batch for a worker. Not parsed, since the host is the same process. */
export interface WorkerInput {
  readonly slot: number
  readonly batch: Batch
}

/** Words of one slot in `WorkerSetup.slots`. */
export const SLOT_WORDS = 2
/** Word: the id of the thread that works in the slot. */
export const SLOT_THREAD = 0
/** Word: how many tasks of the batch have been begun, so the current one's position plus one. */
export const SLOT_BEGUN = 1
