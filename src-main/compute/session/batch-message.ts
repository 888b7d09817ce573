import type { RunInput, RunTask } from '../../ports/runner.ts'
import { assert } from '../../protocol/fault.ts'
import type { Seal } from '../../protocol/job-key.ts'
import type { FlyingBatch } from './dispatch.ts'
import type { Batch, CallInput } from '../messages/input.ts'

type Inputs = RunTask['inputs']

/** A batch as its host is told: what the tasks share once, and the index and own inputs of each. */
export function batchMessage({ id, entries, isLocal }: FlyingBatch): Batch {
  const [head] = entries.values()
  assert(head !== undefined, 'a batch has a task')
  const { task, group } = head
  const shared = sharedInputs([...entries.values()].map((entry) => entry.task.inputs))
  return {
    id,
    call: {
      kind: group.kind,
      algorithmId: task.algorithmId,
      algorithmVersion: task.algorithmVersion,
      params: task.params,
      inputs: callInputs(Object.entries(shared)),
      limits: task.limits,
    },
    isLocal,
    tasks: [...entries.values()].map(({ key, task: { unitIndex, inputs } }) => ({
      key,
      ...(unitIndex === undefined ? {} : { unitIndex }),
      ...ownInputs(inputs, shared),
    })),
  }
}

/** The inputs that all have; in the usual case, where it is one object, that object. */
function sharedInputs(all: readonly Inputs[]): Inputs {
  const [head = {}, ...others] = all
  const different = new Set(others.filter((inputs) => inputs !== head))
  if (different.size === 0) return head
  const isShared = ([role, input]: [string, RunInput]) =>
    [...different].every((inputs) => isSameInput(inputs[role], input))
  return Object.fromEntries(Object.entries(head).filter(isShared))
}

function ownInputs(inputs: Inputs, shared: Inputs): { inputs?: Record<string, CallInput> } {
  if (inputs === shared) return {}
  const own = Object.entries(inputs).filter(([role]) => shared[role] === undefined)
  return own.length === 0 ? {} : { inputs: callInputs(own) }
}

/** Whether two inputs are one blob at one place, opened in one way. */
function isSameInput(a: RunInput | undefined, b: RunInput): boolean {
  return a === b || (a?.cid === b.cid && pathOf(a) === pathOf(b) && isSameSeal(a.seal, b.seal))
}

function isSameSeal(a: Seal | undefined, b: Seal | undefined): boolean {
  return a === b || (a !== undefined && a.key === b?.key && a.purpose === b.purpose)
}

function pathOf(input: RunInput): string | undefined {
  return 'path' in input ? input.path : undefined
}

function callInputs(inputs: readonly [string, RunInput][]): Record<string, CallInput> {
  return Object.fromEntries(inputs.map(([role, input]) => [role, callInput(input)]))
}

function callInput(input: RunInput): CallInput {
  const { cid, layout } = input
  const seal = input.seal === undefined ? {} : { seal: input.seal }
  if ('content' in input) return { cid, bytes: layout.bytes, content: input.content, ...seal }
  const chunks =
    layout.kind === 'list' ? { chunks: layout.chunks.map((c) => ({ cid: c.cid, bytes: c.bytes })) } : {}
  return { cid, path: input.path, bytes: layout.bytes, ...chunks, ...seal }
}
