import type { RunListener, RunOutcome, RunTask } from '../../ports/runner.ts'
import { assert, failure, faultOf, type Fault } from '../../protocol/fault.ts'
import {
  addTasks,
  createDispatch,
  groundAll,
  landTask,
  noteDuration,
  removeGroups,
  removeTasks,
  tryAlone,
  type Dispatch,
  type Entry,
  type RunGroup,
} from './dispatch.ts'
import { createHostFeed, type FeedOptions, type HostFeed } from './host-feed.ts'
import type { LibraryIndex } from '../library-index.ts'
import type { TaskResult } from '../messages/output.ts'
import { createOrphans } from './orphans.ts'
import { failed, lossFault, runOutcome } from './run-outcome.ts'
import type { HostLoss, HostReport } from './supervisor.ts'

/** Hosts in a row that did not even start before waiting tasks are given up. */
const STARTS_MAX = 4

/** The libraries of a session, and how it feeds its hosts. */
interface SessionOptions extends FeedOptions {
  readonly index: LibraryIndex
}

/** A runner between its start and its stop. */
export interface Session extends Pick<HostFeed, 'setWorkers' | 'setDuty' | 'deathsInRow' | 'pid'> {
  readonly index: LibraryIndex
  run(kind: RunGroup['kind'], tasks: readonly RunTask[], listener: RunListener): Promise<void>
  cancel(ids: ReadonlySet<string>): void
  stop(): Promise<void>
}

/** Brings tasks to a host and outcomes back. */
export function createSession(options: SessionOptions): Session {
  const { index, staging } = options
  const dispatch = createDispatch()
  const orphans = createOrphans(staging)
  const feed = createHostFeed(options, dispatch, {
    onReport: (report) => {
      if (report.kind === 'progress') progress(dispatch, report)
      else for (const result of report.results) land(dispatch, result, staging)
    },
    onLost: lose,
    onIdle: () => void rest(),
  })

  function lose(loss: HostLoss): void {
    orphans.sweep(new Set([...orphans.take(), ...dispatch.batchOf.keys()]), loss.filePrefix)
    const givenUp = [...groundAll(dispatch, feed.workers(), loss.blame)]
    const isHopeless = !loss.wasReady && loss.deathsInRow >= STARTS_MAX
    if (isHopeless) givenUp.push(...removeGroups(dispatch, () => true).removed)
    const fault = lossFault(loss, isHopeless)
    for (const entry of givenUp) finish(entry, failed(fault))
  }

  /** Lets the host go, and removes the files that are not wanted any longer. */
  async function rest(): Promise<void> {
    const keys = orphans.take()
    await feed.rest()
    orphans.sweep(keys)
  }

  function cancel(isGone: (entry: Entry) => boolean, message: string): void {
    const { removed, flyingKeys } = removeTasks(dispatch, isGone)
    if (flyingKeys.length > 0) feed.cancel(flyingKeys)
    orphans.add(flyingKeys)
    for (const entry of removed) finish(entry, failed(failure('cancelled', message).fault))
    feed.pump()
  }

  return {
    index,
    run: async (kind, tasks, listener) => {
      const known = knownTasks(index, tasks, listener)
      if (known.length === 0) return
      const ended = Promise.withResolvers<undefined>()
      const group = { kind, listener, remaining: known.length, ended: () => ended.resolve(undefined) }
      const onAbort = () => cancel((entry) => entry.group === group, 'cancelled')
      listener.signal.addEventListener('abort', onAbort, { once: true })
      addTasks(dispatch, group, known)
      feed.pump()
      await ended.promise
      listener.signal.removeEventListener('abort', onAbort)
    },
    cancel: (ids) => cancel(({ task }) => ids.has(task.id), 'cancelled'),
    setWorkers: (workers) => feed.setWorkers(workers),
    setDuty: (duty) => feed.setDuty(duty),
    deathsInRow: () => feed.deathsInRow(),
    pid: () => feed.pid(),
    stop: async () => {
      feed.stop()
      cancel(() => true, 'the runner was stopped')
      await rest()
      await orphans.swept()
    },
  }
}

/** Passes on how far a task has come. */
function progress({ batchOf }: Dispatch, { key, fraction }: Extract<HostReport, { kind: 'progress' }>): void {
  const entry = batchOf.get(key)?.entries.get(key)
  entry?.group.listener.progress?.(entry.task, fraction)
}

/** A task ended in the host. */
function land(dispatch: Dispatch, { key, outcome }: TaskResult, staging: string): void {
  const entry = landTask(dispatch, key)
  if (entry === undefined) return // cancelled, and an orphan already
  if (outcome.kind === 'done' && entry.group.kind === 'run')
    noteDuration(dispatch, entry.task, outcome.metrics.wall_ms)
  const lacksMemory = outcome.kind === 'failed' && outcome.fault.kind === 'memory-exhausted'
  if (lacksMemory && tryAlone(dispatch, entry)) return
  finish(entry, runOutcome(outcome, staging))
}

/** The tasks that can run; the others are refused at once. */
function knownTasks(index: LibraryIndex, tasks: readonly RunTask[], listener: RunListener): RunTask[] {
  return tasks.filter((task) => {
    const fault = listener.signal.aborted ? failure('cancelled', 'cancelled').fault : unknown(index, task)
    if (fault !== undefined) listener.finished(task, failed(fault))
    return fault === undefined
  })
}

function unknown(index: LibraryIndex, task: RunTask): Fault | undefined {
  try {
    index.find(task.algorithmId, task.algorithmVersion)
    return undefined
  } catch (error) {
    return faultOf(error, 'unknown-algorithm')
  }
}

function finish(entry: Entry, outcome: RunOutcome): void {
  const { group } = entry
  assert(group.remaining > 0, 'a task ends once')
  group.remaining--
  group.listener.finished(entry.task, outcome)
  if (group.remaining === 0) group.ended()
}
