import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunInput, RunTask } from '../../ports/runner.ts'
import type { Cid } from '../../protocol/ids.ts'
import {
  addTasks,
  CRASHES_MAX,
  createDispatch,
  groundAll,
  isIdle,
  landTask,
  noteDuration,
  removeGroups,
  takeBatch,
  tryAlone,
  type Dispatch,
  type RunGroup,
} from './dispatch.ts'
import { BATCH_TASKS_MAX } from '../messages/input.ts'

const LIMITS = { wallMsMax: 1, memoryBytesMax: 1, outputBytesMax: 1 }
const PARAMS = {}

function tasks(count: number, algorithmId = 'a', params = PARAMS): RunTask[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${algorithmId}${i}`,
    algorithmId,
    algorithmVersion: '1',
    params,
    inputs: {},
    unitIndex: i,
    limits: LIMITS,
  }))
}

function group(): RunGroup {
  const listener = { signal: new AbortController().signal, finished: () => undefined }
  return { kind: 'run', listener, remaining: 0, ended: () => undefined }
}

function takeAll(dispatch: Dispatch, workers: number) {
  const batches = []
  for (let b = takeBatch(dispatch, workers); b !== undefined; b = takeBatch(dispatch, workers))
    batches.push(b)
  return batches
}

describe('the dispatch', () => {
  it('sends tasks of unknown length one by one, two batches per worker', () => {
    const dispatch = createDispatch()
    addTasks(dispatch, group(), tasks(100))
    expect(takeAll(dispatch, 3).map((batch) => batch.entries.size)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('sends a local task before units, and one even when the host has enough of them', () => {
    const dispatch = createDispatch()
    addTasks(dispatch, group(), tasks(100))
    expect(takeAll(dispatch, 1)).toHaveLength(2)
    const [import1, import2] = tasks(2, 'import').map(({ unitIndex: _, ...task }) => task)
    addTasks(dispatch, group(), [import1!, import2!])
    const [first, ...others] = takeAll(dispatch, 1)
    expect([first?.isLocal, others]).toEqual([true, []])
    landTask(dispatch, [...first!.entries.keys()][0]!)
    expect(takeAll(dispatch, 1).map((batch) => batch.isLocal)).toEqual([true])
    expect(removeGroups(dispatch, () => true).removed).toHaveLength(101)
    expect(isIdle(dispatch)).toBe(true)
  })

  it('sends short tasks together, within the bound, and long ones alone', () => {
    const dispatch = createDispatch()
    // Two jobs of one algorithm: a stranger's module takes as long as it likes.
    const short = tasks(1_000, 'a', { module: 'short' })
    const long = tasks(10, 'a', { module: 'long' })
    noteDuration(dispatch, short[0]!, 0.001)
    noteDuration(dispatch, long[0]!, 500)
    addTasks(dispatch, group(), [...short, ...long])
    expect(takeAll(dispatch, 2).map((batch) => batch.entries.size)).toEqual(
      Array.from({ length: 4 }, () => BATCH_TASKS_MAX),
    )
    dispatch.waiting.splice(0, dispatch.waiting.length - 10)
    dispatch.flying.clear()
    expect(takeAll(dispatch, 1).map((batch) => batch.entries.size)).toEqual([1, 1])
  })

  it('leaves something for every worker', () => {
    const dispatch = createDispatch()
    const [short] = tasks(1)
    noteDuration(dispatch, short!, 0.001)
    addTasks(dispatch, group(), tasks(8))
    expect(takeAll(dispatch, 2).map((batch) => batch.entries.size)).toEqual([2, 2, 1, 1])
  })

  it('puts only tasks of one run and one call into a batch', () => {
    const dispatch = createDispatch()
    const [short] = tasks(1)
    noteDuration(dispatch, short!, 0.001)
    addTasks(dispatch, group(), tasks(3))
    addTasks(dispatch, group(), tasks(3))
    addTasks(
      dispatch,
      group(),
      tasks(3).map((task) => ({ ...task, params: {} })),
    )
    for (const batch of takeAll(dispatch, 1)) {
      const [head, ...others] = batch.entries.values()
      expect(others.every((e) => e.group === head?.group && e.task.params === head.task.params)).toBe(true)
    }
  })

  it('sends short tasks together that differ in small inputs, and those with inputs in many pieces alone', () => {
    let cids = 0
    const input = (layout: RunInput['layout']): RunInput => ({
      cid: String(cids++) as Cid,
      path: 'p',
      layout,
    })
    const shared = input({ kind: 'list', node: new Uint8Array(), bytes: 9, chunks: [] })
    const small = tasks(20).map((task) => ({
      ...task,
      inputs: { shared: { ...shared }, input: input({ kind: 'raw', bytes: 1 }) },
    }))
    const large = tasks(4).map((task) => ({
      ...task,
      inputs: { shared, input: input({ kind: 'list', node: new Uint8Array(), bytes: 9, chunks: [] }) },
    }))
    const dispatch = createDispatch()
    noteDuration(dispatch, small[0]!, 0.001)
    addTasks(dispatch, group(), [...small, ...large])
    const sizes = []
    for (let b = takeBatch(dispatch, 1); b !== undefined; b = takeBatch(dispatch, 1)) {
      sizes.push(b.entries.size)
      for (const key of b.entries.keys()) landTask(dispatch, key)
    }
    expect(sizes).toEqual([12, 6, 2, 1, 1, 1, 1])
  })

  it('blames only the batches that ran: the oldest, one per worker', () => {
    const dispatch = createDispatch()
    addTasks(dispatch, group(), tasks(4))
    takeAll(dispatch, 2)
    expect(groundAll(dispatch, 2, true)).toEqual([])
    expect(dispatch.again.map((entry) => entry.crashes)).toEqual([1, 1, 0, 0])
  })

  it('runs a suspect of two deaths alone, and gives it up after the third', () => {
    const dispatch = createDispatch()
    addTasks(dispatch, group(), tasks(3))
    for (let death = 0; death < 2; death++) {
      takeAll(dispatch, 2)
      expect(groundAll(dispatch, 2, true)).toEqual([])
    }
    const alone = takeAll(dispatch, 2)
    expect(alone.map((batch) => [batch.alone, batch.entries.size])).toEqual([[true, 1]])
    expect(groundAll(dispatch, 2, true).map((e) => [e.task.id, e.crashes])).toEqual([['a0', CRASHES_MAX]])
    // The other suspect is innocent: alone it ends, and the last one flies with no suspicion left.
    const [second] = takeAll(dispatch, 2)
    landTask(dispatch, [...second!.entries.keys()][0]!)
    expect(takeAll(dispatch, 2).map((batch) => batch.alone)).toEqual([false])
  })

  it('never loses or doubles a task, whatever lands, dies or is cancelled', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ kind: fc.constant('take' as const), workers: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('land' as const), count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('die' as const), blame: fc.boolean() }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const dispatch = createDispatch()
        const [short] = tasks(1)
        noteDuration(dispatch, short!, 0.05)
        const groups: RunGroup[] = []
        const ended = new Set<number>()
        const end = (key: number) => {
          expect(ended.has(key)).toBe(false)
          ended.add(key)
        }
        for (const s of steps) {
          if (s.kind === 'add') {
            const added = group()
            groups.push(added)
            addTasks(dispatch, added, tasks(s.count))
          } else if (s.kind === 'take') takeAll(dispatch, s.workers)
          else if (s.kind === 'land') {
            for (const key of [...dispatch.batchOf.keys()].slice(0, s.count))
              end(landTask(dispatch, key)!.key)
          } else if (s.kind === 'die') {
            for (const entry of groundAll(dispatch, 2, s.blame)) end(entry.key)
          } else {
            const { removed } = removeGroups(dispatch, (g) => g === groups[s.which])
            for (const entry of removed) end(entry.key)
          }
          const flying = [...dispatch.flying.values()].flatMap((batch) => [...batch.entries.keys()])
          const live = [...flying, ...[...dispatch.again, ...dispatch.waiting].map((entry) => entry.key)]
          expect(new Set(live).size).toBe(live.length)
          expect(live.length + ended.size).toBe(dispatch.nextKey)
          expect(dispatch.batchOf.size).toBe(flying.length)
          expect(isIdle(dispatch)).toBe(live.length === 0)
        }
      }),
    )
  })
})

describe('a task that meets a lack of memory', () => {
  it('[X7] is tried once more without others, and then believed', () => {
    const dispatch = createDispatch()
    addTasks(dispatch, group(), tasks(4))
    const [first, second] = takeAll(dispatch, 1)
    const entry = landTask(dispatch, [...first!.entries.keys()][0]!)!
    expect(tryAlone(dispatch, entry)).toBe(true)
    // Not beside the other one, and nothing else before it.
    expect(takeBatch(dispatch, 1)).toBeUndefined()
    landTask(dispatch, [...second!.entries.keys()][0]!)
    const alone = takeBatch(dispatch, 1)
    expect([alone?.alone, [...alone!.entries.keys()]]).toEqual([true, [entry.key]])
    expect(takeBatch(dispatch, 4)).toBeUndefined()
    expect(tryAlone(dispatch, landTask(dispatch, entry.key)!)).toBe(false)
    expect(takeAll(dispatch, 1).flatMap((batch) => [...batch.entries.keys()])).toHaveLength(2)
  })
})
