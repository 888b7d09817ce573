/**
 * Which tasks wait, which are with the host, and which is to blame when it dies: the supervisor's state, as data
 * and plain functions over it. Nothing here knows of processes.
 */
import type { RunInput, RunListener, RunTask } from '../../ports/runner.ts'
import { BATCH_TASKS_MAX, type TaskKey } from '../messages/input.ts'

/** Batches per worker that the host holds: one that runs and one that waits, so that no worker waits for us. */
const BATCHES_PER_WORKER = 2
/** Tasks travel together as long as they take about this long together. More would only unbalance the workers. */
const BATCH_MS = 4
/** Batches of local tasks that fly beyond those: a user waits for an import, and units may take minutes. */
const LOCAL_BATCHES_EXTRA = 1
/** Weight of the newest duration in the average by which batches are cut. */
const NEWEST_WEIGHT = 0.2
/** A task that was in as many dying hosts runs alone from then on, so that the guilty one is found. */
const ALONE_AFTER_CRASHES = 2
/** A task that was in as many dying hosts, the last time alone, is not tried again. */
export const CRASHES_MAX = 3

/** The tasks of one call of `Runner.run`. */
export interface RunGroup {
  readonly kind: 'run' | 'measure'
  readonly listener: RunListener
  remaining: number
  readonly ended: () => void
}

/** A task that has not ended. */
export interface Entry {
  readonly key: TaskKey
  readonly task: RunTask
  readonly group: RunGroup
  /** Hosts that died while it ran there. */
  crashes: number
  /** It met a lack of memory beside others, and is tried once more without them. */
  alone?: true
}

/** Tasks that the host was given together. */
export interface FlyingBatch {
  readonly id: number
  readonly entries: Map<TaskKey, Entry>
  readonly alone: boolean
  /** Of tasks that this peer runs for itself: the host begins them first, on one worker more if need be. */
  readonly isLocal: boolean
}

/** The supervisor's state. */
export interface Dispatch {
  /** Tasks to run again come before those that have not been tried. */
  again: Entry[]
  /** Local tasks, which go before units. */
  local: Entry[]
  waiting: Entry[]
  /** Batches in the order they were given: the host begins them in it. */
  readonly flying: Map<number, FlyingBatch>
  readonly batchOf: Map<TaskKey, FlyingBatch>
  /**
   * Milliseconds that a task takes on average of late, by its parameters: the tasks of one job share them as one
   * object. By algorithm would not do, since a stranger's module is as short or as long as it likes.
   */
  readonly durations: WeakMap<RunTask['params'], number>
  nextKey: TaskKey
  nextBatch: number
}

/** Nothing to do yet. */
export function createDispatch(): Dispatch {
  return {
    again: [],
    local: [],
    waiting: [],
    flying: new Map(),
    batchOf: new Map(),
    durations: new WeakMap(),
    nextKey: 0,
    nextBatch: 0,
  }
}

/** Whether nothing waits and nothing runs. */
export function isIdle(dispatch: Dispatch): boolean {
  const { flying, again, local, waiting } = dispatch
  return flying.size === 0 && again.length === 0 && local.length === 0 && waiting.length === 0
}

/** Puts a group's tasks at the end of their queue. */
export function addTasks(dispatch: Dispatch, group: RunGroup, tasks: readonly RunTask[]): void {
  for (const task of tasks) {
    const queue = isLocalTask(group, task) ? dispatch.local : dispatch.waiting
    queue.push({ key: dispatch.nextKey++, task, group, crashes: 0 })
  }
}

/** Whether this peer runs a task for itself: units have an index, and measuring can wait. */
function isLocalTask(group: RunGroup, { unitIndex }: RunTask): boolean {
  return group.kind === 'run' && unitIndex === undefined
}

/** The next tasks to give to a host with so many workers, already counted as flying; nothing when it has enough. */
export function takeBatch(dispatch: Dispatch, workers: number): FlyingBatch | undefined {
  const source = nextQueue(dispatch, workers)
  const [head] = source
  if (head === undefined) return undefined
  const alone = runsAlone(head)
  if (alone && dispatch.flying.size > 0) return undefined
  for (const batch of dispatch.flying.values()) if (batch.alone) return undefined
  const sizeMax = alone ? 1 : batchSize(dispatch, head.task, source.length, workers)
  let size = 1
  while (size < sizeMax && source[size] !== undefined && areAlike(head, source[size])) size++
  const entries = source.splice(0, size)
  const batch: FlyingBatch = {
    id: dispatch.nextBatch++,
    entries: new Map(entries.map((e) => [e.key, e])),
    alone,
    isLocal: isLocalTask(head.group, head.task),
  }
  dispatch.flying.set(batch.id, batch)
  for (const { key } of entries) dispatch.batchOf.set(key, batch)
  return batch
}

function runsAlone({ crashes, alone }: Entry): boolean {
  return alone === true || crashes >= ALONE_AFTER_CRASHES
}

/**
 * A task met a lack of memory in a host that others shared: that says nothing of it, and it is tried once more alone.
 * @returns whether it is; not when it was alone already
 */
export function tryAlone(dispatch: Dispatch, entry: Entry): boolean {
  if (entry.alone === true) return false
  entry.alone = true
  dispatch.again.push(entry)
  return true
}

/** Where the next task comes from; an empty list when the host has enough of what waits. */
function nextQueue({ flying, again, local, waiting }: Dispatch, workers: number): Entry[] {
  const isFull = flying.size >= workers * BATCHES_PER_WORKER
  if (!isFull && again.length > 0) return again
  if (!isFull && local.length > 0) return local
  if (!isFull) return waiting
  let localFlying = 0
  for (const { isLocal } of flying.values()) if (isLocal) localFlying++
  return localFlying < LOCAL_BATCHES_EXTRA ? local : []
}

/** How many tasks like this one travel together: as many as are short, but never so many that workers go without. */
function batchSize(dispatch: Dispatch, task: RunTask, available: number, workers: number): number {
  const durationMs = dispatch.durations.get(task.params)
  if (durationMs === undefined) return 1
  const share = Math.ceil(available / (workers * BATCHES_PER_WORKER))
  return Math.max(1, Math.min(BATCH_TASKS_MAX, share, Math.floor(BATCH_MS / durationMs)))
}

/** Whether two entries differ by their unit's index and by inputs that take no room in a message. */
function areAlike(a: Entry, b: Entry | undefined): boolean {
  if (b?.group !== a.group || runsAlone(b)) return false
  if (a.task.algorithmId !== b.task.algorithmId || a.task.algorithmVersion !== b.task.algorithmVersion)
    return false
  return (
    a.task.params === b.task.params &&
    areLimitsEqual(a.task, b.task) &&
    mayInputsDiffer(a.task.inputs, b.task.inputs)
  )
}

function areLimitsEqual({ limits: a }: RunTask, { limits: b }: RunTask): boolean {
  return (
    a === b ||
    (a.wallMsMax === b.wallMsMax &&
      a.memoryBytesMax === b.memoryBytesMax &&
      a.outputBytesMax === b.outputBytesMax &&
      a.fuelMax === b.fuelMax &&
      a.outputBytesLent === b.outputBytesLent)
  )
}

/** Whether each input of the one that the other does not have is whole: the pieces of others are a long list. */
function mayInputsDiffer(a: RunTask['inputs'], b: RunTask['inputs']): boolean {
  if (a === b) return true
  return Object.entries(b).every(([role, input]) => {
    const other = a[role]
    return input.layout.kind === 'raw' || isSameFile(other, input)
  })
}

function isSameFile(a: RunInput | undefined, b: RunInput): boolean {
  return a !== undefined && 'path' in a && 'path' in b && a.cid === b.cid && a.path === b.path
}

/** Takes a task out of the air; nothing when it is not there (it was cancelled, or ended already). */
export function landTask(dispatch: Dispatch, key: TaskKey): Entry | undefined {
  const batch = dispatch.batchOf.get(key)
  const entry = batch?.entries.get(key)
  if (batch === undefined || entry === undefined) return undefined
  dispatch.batchOf.delete(key)
  batch.entries.delete(key)
  if (batch.entries.size === 0) dispatch.flying.delete(batch.id)
  return entry
}

/** Learns how long a task took. */
export function noteDuration({ durations }: Dispatch, { params }: RunTask, wallMs: number): void {
  const before = durations.get(params) ?? wallMs
  durations.set(params, before + (wallMs - before) * NEWEST_WEIGHT)
}

/**
 * The host is gone: everything in the air waits again, at the front.
 *
 * @param blame whether its death may be the tasks' doing. Then those that ran (the oldest batches, one per worker, and
 * local ones) are suspects, and count it.
 * @returns tasks that are not to be tried again, taken out of the state
 */
export function groundAll(dispatch: Dispatch, workers: number, blame: boolean): readonly Entry[] {
  const flown: Entry[] = []
  let position = 0
  for (const batch of dispatch.flying.values()) {
    for (const entry of batch.entries.values()) {
      if (blame && (batch.isLocal || position < workers)) entry.crashes++
      flown.push(entry)
    }
    if (!batch.isLocal) position++
  }
  dispatch.flying.clear()
  dispatch.batchOf.clear()
  dispatch.again = [...flown.filter((e) => e.crashes < CRASHES_MAX), ...dispatch.again]
  return flown.filter((e) => e.crashes >= CRASHES_MAX)
}

/** Takes all tasks of some groups out, wherever they are. @returns them, and the keys of those in the air */
export function removeGroups(dispatch: Dispatch, isGone: (group: RunGroup) => boolean): Removed {
  return removeTasks(dispatch, ({ group }) => isGone(group))
}

/** Tasks that were removed, and the keys of those that the host had. */
export interface Removed {
  readonly removed: readonly Entry[]
  readonly flyingKeys: readonly TaskKey[]
}

/** Takes some tasks out, wherever they are. */
export function removeTasks(dispatch: Dispatch, isGone: (entry: Entry) => boolean): Removed {
  const flying = [...dispatch.flying.values()].flatMap((batch) => [...batch.entries.values()]).filter(isGone)
  for (const { key } of flying) landTask(dispatch, key)
  const queued = [...dispatch.again, ...dispatch.local, ...dispatch.waiting]
  const removed = [...flying, ...queued.filter(isGone)]
  if (removed.length > flying.length) {
    dispatch.again = dispatch.again.filter((e) => !isGone(e))
    dispatch.local = dispatch.local.filter((e) => !isGone(e))
    dispatch.waiting = dispatch.waiting.filter((e) => !isGone(e))
  }
  return { removed, flyingKeys: flying.map((entry) => entry.key) }
}
