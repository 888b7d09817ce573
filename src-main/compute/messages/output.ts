/**
 * Messages up from the work: worker → compute host → main process. With input.ts, the whole worker protocol.
 */
import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { Fault } from '../../protocol/fault.ts'
import { INPUTS_MAX } from '../../protocol/limits.ts'
import { RunMetrics } from '../../protocol/receipt.ts'
import { Params } from '../../protocol/work.ts'
import { TaskKey } from './input.ts'

/** Outputs above this go through a file: a copy through the pipe costs more than a write from there on. */
export const INLINE_BYTES_MAX = 256 << 10

/** Further outputs of one local task: the parts of a scene become inputs of a job. */
const EXTRAS_MAX = INPUTS_MAX

/** A finished output. A file is a name in the staging folder, never a path: a host gets to name nothing else. */
export const TaskOutput = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('bytes'),
    bytes: Bytes.refine((b) => b.byteLength <= INLINE_BYTES_MAX, 'too large for bytes'),
  }),
  z.object({
    kind: z.literal('file'),
    file: z.string().regex(/^[a-z0-9-]{1,200}$/, 'not a name of a staged file'),
    bytes: z.int().min(0),
  }),
])
export type TaskOutput = z.infer<typeof TaskOutput>

/** How one task ended. */
export const TaskResult = z.object({
  key: TaskKey,
  outcome: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('done'),
      output: TaskOutput,
      extras: z
        .record(z.string(), TaskOutput)
        .refine((extras) => Object.keys(extras).length <= EXTRAS_MAX, 'too many extra outputs'),
      info: Params,
      metrics: RunMetrics,
    }),
    z.object({ kind: z.literal('failed'), fault: Fault, info: Params.exactOptional() }),
  ]),
})
export type TaskResult = z.infer<typeof TaskResult>

/** A worker's message to its host, about the batch that it was given. */
export const WorkerOutput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('results'), batch: z.int().min(0), results: z.array(TaskResult) }),
  z.object({ kind: z.literal('progress'), key: TaskKey, fraction: z.number().min(0).max(1) }),
])
export type WorkerOutput = z.infer<typeof WorkerOutput>

/** A host's message to its supervisor. */
export const HostOutput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('results'), results: z.array(TaskResult) }),
  z.object({ kind: z.literal('progress'), key: TaskKey, fraction: z.number().min(0).max(1) }),
  /**
   * The host is about to kill itself: a worker does not stop (what it was on was reported already), or the workers
   * hold too much memory. What is unfinished runs again; `blame` says whether that counts against it.
   */
  z.object({ kind: z.literal('retiring'), reason: z.string().max(2_000), blame: z.boolean() }),
])
export type HostOutput = z.infer<typeof HostOutput>
