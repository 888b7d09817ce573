import type { RunInput, RunTask } from '../ports/runner.ts'
import { assert } from '../protocol/fault.ts'
import type { FlyingBatch } from './dispatch.ts'
import type { Batch, CallInput } from './input.ts'

/** A batch as its host is told: what the tasks share once, and the index of each. */
export function batchMessage({ id, entries }: FlyingBatch): Batch {
  const [head] = entries.values()
  assert(head !== undefined, 'a batch has a task')
  const { task, group } = head
  return {
    id,
    call: {
      kind: group.kind,
      algorithmId: task.algorithmId,
      algorithmVersion: task.algorithmVersion,
      params: task.params,
      inputs: inputsOf(task),
      limits: task.limits,
    },
    tasks: [...entries.values()].map(({ key, task: { unitIndex } }) => ({
      key,
      ...(unitIndex === undefined ? {} : { unitIndex }),
    })),
  }
}

/** The inputs of a task as a worker is told of them. */
export function inputsOf(task: RunTask): Record<string, CallInput> {
  return Object.fromEntries(Object.entries(task.inputs).map(([role, input]) => [role, callInput(input)]))
}

function callInput({ cid, path, layout }: RunInput): CallInput {
  const chunks =
    layout.kind === 'list' ? { chunks: layout.chunks.map((c) => ({ cid: c.cid, bytes: c.bytes })) } : {}
  return { cid, path, bytes: layout.bytes, ...chunks }
}
