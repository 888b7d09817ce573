import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Params } from '../protocol/work.ts'
import type { Runner, RunOutcome, RunTask } from './runner.ts'

const LIMITS = { wallMsMax: 10_000, memoryBytesMax: 256 << 20, outputBytesMax: 1 << 20 }
const PARAMS: Params = {}

/** Tasks of `mesh.noop`, each to return its own index. */
export function noopTasks(count: number, prefix = 'unit'): RunTask[] {
  return Array.from({ length: count }, (_, unitIndex) => ({
    id: `${prefix}:${unitIndex}`,
    algorithmId: 'mesh.noop',
    algorithmVersion: '1.0.0',
    params: PARAMS,
    inputs: {},
    unitIndex,
    limits: LIMITS,
  }))
}

/** Runs tasks to their end; fails when one ends twice. */
export async function outcomesOf(
  runner: Runner,
  tasks: readonly RunTask[],
  signal = new AbortController().signal,
): Promise<ReadonlyMap<string, RunOutcome>> {
  const outcomes = new Map<string, RunOutcome>()
  await runner.run(tasks, {
    signal,
    finished: (task, outcome) => {
      expect(outcomes.has(task.id), `${task.id} ends once`).toBe(false)
      outcomes.set(task.id, outcome)
    },
  })
  return outcomes
}

/** The index in the output of a `mesh.noop`. */
export function noopIndex(outcome: RunOutcome | undefined): bigint | undefined {
  if (outcome?.kind !== 'done' || outcome.output.kind !== 'bytes') return undefined
  const { bytes } = outcome.output
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true)
}

/**
 * The contract of every Runner.
 *
 * @param create a runner not yet started, that knows `mesh.noop` 1.0.0
 */
export function runnerContract(name: string, create: () => Promise<Runner>): void {
  describe(`${name} as a Runner`, () => {
    // One for all tests, since a runner may take long to start: each test leaves it able to run the next one's tasks.
    let runner: Runner
    beforeAll(async () => {
      runner = await create()
      await runner.start()
    })
    afterAll(() => runner.stop())

    it('lists each algorithm once, with an engine that names it', () => {
      const names = runner.algorithms().map((a) => `${a.algorithmId}@${a.version}`)
      expect(names).toContain('mesh.noop@1.0.0')
      expect(new Set(names).size).toBe(names.length)
      for (const a of runner.algorithms()) {
        expect(a.engine.startsWith(`${a.algorithmId}@${a.version}`)).toBe(true)
      }
    })

    it('ends every task exactly once, each with its own output and its cost', async () => {
      const tasks = noopTasks(300)
      const outcomes = await outcomesOf(runner, tasks)
      expect(outcomes.size).toBe(300)
      for (const task of tasks) {
        const outcome = outcomes.get(task.id)
        expect(noopIndex(outcome)).toBe(BigInt(task.unitIndex!))
        expect(outcome).toMatchObject({ extras: {}, info: {}, metrics: { output_bytes: 8, input_bytes: 0 } })
      }
    })

    it('keeps runs that go on at once apart', async () => {
      const runs = await Promise.all([1, 2, 3].map((n) => outcomesOf(runner, noopTasks(40 * n, `run${n}`))))
      expect(runs.map((outcomes) => outcomes.size)).toEqual([40, 80, 120])
      expect([...runs[2]!.keys()].every((id) => id.startsWith('run3:'))).toBe(true)
    })

    it('has nothing to do for no tasks', async () => {
      expect((await outcomesOf(runner, [])).size).toBe(0)
    })

    it('answers an algorithm or a version that it does not know with a fault', async () => {
      const [task] = noopTasks(1)
      const tasks = [
        { ...task!, id: 'a', algorithmId: 'mesh.unheard-of' },
        { ...task!, id: 'b', algorithmVersion: '0.0.1' },
      ]
      const outcomes = await outcomesOf(runner, tasks)
      for (const id of ['a', 'b']) {
        expect(outcomes.get(id)).toMatchObject({ kind: 'failed', fault: { kind: 'unknown-algorithm' } })
      }
    })

    it('answers params that the algorithm does not take with a fault', async () => {
      const [task] = noopTasks(1)
      const outcomes = await outcomesOf(runner, [{ ...task!, params: { speed: 'fast' } }])
      expect(outcomes.get(task!.id)).toMatchObject({ kind: 'failed', fault: { kind: 'bad-input' } })
    })

    it('ends all tasks as cancelled when it is aborted before it began', async () => {
      const outcomes = await outcomesOf(runner, noopTasks(10), AbortSignal.abort())
      expect(outcomes.size).toBe(10)
      for (const outcome of outcomes.values()) {
        expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'cancelled' } })
      }
    })

    it('[W27] ends tasks that are cancelled by their ids at once, and no others', async () => {
      const outcomes = new Map<string, RunOutcome>()
      const tasks = noopTasks(2_000)
      const gone = new Set(tasks.slice(1_000).map(({ id }) => id))
      await runner.run(tasks, {
        signal: new AbortController().signal,
        finished: (task, outcome) => {
          outcomes.set(task.id, outcome)
          if (outcomes.size === 1) runner.cancel(gone)
        },
      })
      expect(outcomes.size).toBe(2_000)
      const kept = [...outcomes].filter(([id]) => !gone.has(id)).map(([, outcome]) => outcome.kind)
      expect(new Set(kept)).toEqual(new Set(['done']))
      expect(
        [...outcomes].filter(([id, { kind }]) => gone.has(id) && kind === 'failed').length,
      ).toBeGreaterThan(0)
      runner.cancel(new Set(['unheard of']))
    })

    it('ends every task once when it is aborted half-way, done or cancelled', async () => {
      const abort = new AbortController()
      const outcomes = new Map<string, RunOutcome>()
      await runner.run(noopTasks(2_000), {
        signal: abort.signal,
        finished: (task, outcome) => {
          expect(outcomes.has(task.id)).toBe(false)
          outcomes.set(task.id, outcome)
          if (outcomes.size === 20) abort.abort()
        },
      })
      expect(outcomes.size).toBe(2_000)
      const kinds = new Set([...outcomes.values()].map((o) => (o.kind === 'failed' ? o.fault.kind : o.kind)))
      expect(kinds).toEqual(new Set(['done', 'cancelled']))
    })

    it('changes how many tasks run at once, never below one', async () => {
      runner.setConcurrency(3)
      expect(runner.concurrency).toBe(3)
      runner.setConcurrency(0)
      expect(runner.concurrency).toBe(1)
      expect((await outcomesOf(runner, noopTasks(50))).size).toBe(50)
    })

    it('measures a shared algorithm as a share of the reference machine, and refuses an unknown one', async () => {
      const { signal } = new AbortController()
      const score = await runner.benchmark('mesh.noop', { signal })
      expect(score).toBeGreaterThan(0)
      expect(score).toBeLessThanOrEqual(1)
      await expect(runner.benchmark('mesh.unheard-of', { signal })).rejects.toMatchObject({
        fault: { kind: 'unknown-algorithm' },
      })
    })

    it('cancels what is left when it stops, and runs again after another start', async () => {
      const abort = new AbortController()
      const outcomes: RunOutcome[] = []
      const run = runner.run(noopTasks(5_000), {
        signal: abort.signal,
        finished: (_, outcome) => {
          outcomes.push(outcome)
        },
      })
      await runner.stop()
      await run
      expect(outcomes.length).toBe(5_000)
      expect(outcomes.at(-1)).toMatchObject({ kind: 'failed', fault: { kind: 'cancelled' } })
      await runner.start()
      expect((await outcomesOf(runner, noopTasks(5))).size).toBe(5)
    })
  })
}
