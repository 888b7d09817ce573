import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Benchmark, Measurement } from '../../bench.ts'
import { cidOf, createBrain, JOB, manifestOf, NOON, peerOf, submit } from '../../peer/brain.fixture.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { encodeStateParts } from '../../peer/state-parts.ts'
import { advance } from '../../peer/step.ts'
import { openStorage } from '../../storage/storage.ts'
import { createDefects } from '../defects.ts'
import { machineClock } from '../machine.ts'
import { createJobArchiver } from './job-archiver.ts'

/** Units of the job, of which this part is verified when it is measured. */
const UNITS = 1_000_000
const DONE_PART = 0.5
/** Units that are awarded, returned and stored together; those of the last round are still at work. */
const TOGETHER = 1_024
const BYTES_A_UNIT_MAX = 100
const PROVIDERS = ['A', 'B', 'C', 'D'].map(peerOf)

/** What a job of a million units costs while it runs, two peers a unit: memory, snapshot, disk and time. */
export const benchmark: Benchmark = {
  name: 'history',
  async run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'meshwork-history-bench-'))
    const storage = await openStorage({ folder, quotaBytes: 2 ** 30, clock: machineClock })
    const stopping = new AbortController()
    try {
      const brain = createBrain(Object.fromEntries(PROVIDERS.map((peer) => [peer, 1])))
      const { state } = brain
      const before = heapBytes()
      submit(brain, manifestOf({ unit_count: UNITS, verification_redundancy: 2 }))
      const job = state.requester.jobs.get(JOB)
      if (job === undefined) throw new Error('broken promise: the job is there')
      let archivingMs = 0
      const archiver = createJobArchiver({
        ...{ state, history: storage.history, clock: machineClock },
        dispatch: (event) => Promise.resolve(void advance(state, event)),
        defects: createDefects((error) => {
          throw error
        }),
        signal: stopping.signal,
      })
      const begunAt = performance.now()
      for (let from = 0; from < UNITS * DONE_PART; from += TOGETHER) {
        goOn(state, from, Math.min(UNITS, from + TOGETHER))
        const archivingAt = performance.now()
        archiver.look()
        while (isBehind(job)) await new Promise((resolve) => setImmediate(resolve))
        archivingMs += performance.now() - archivingAt
      }
      const allMs = performance.now() - begunAt
      award(state, PROVIDERS[0], 1, UNITS * DONE_PART + TOGETHER, UNITS * DONE_PART + 2 * TOGETHER)
      stopping.abort()
      await new Promise((resolve) => setImmediate(resolve))
      const done = job.verified
      reportCosts(report, { state, folder, done, heap: heapBytes() - before, allMs, archivingMs })
    } finally {
      await storage.close()
      rmSync(folder, { recursive: true })
    }
  },
}

function isBehind({ stored, archived }: JobState): boolean {
  return stored - (archived?.count ?? 0) >= 9 * TOGETHER
}

function goOn(state: PeerState, from: number, to: number): void {
  const [one, other] = from % (2 * TOGETHER) === 0 ? [0, 1] : [2, 3]
  for (const [attempt, at] of [
    [1, one],
    [2, other],
  ] as const) {
    award(state, PROVIDERS[at], attempt, from, to)
    returned(state, PROVIDERS[at], attempt, from, to)
  }
  const units = Array.from({ length: to - from }, (_, at) => from + at)
  tell(state, { kind: 'outputs-stored', at_ms: NOON + 20, job_id: JOB, units })
}

function tell(state: PeerState, event: PeerEvent): void {
  advance(state, event)
}

function award(state: PeerState, peer = PROVIDERS[0], attempt: number, from: number, to: number): void {
  if (peer === undefined) return
  const units = Array.from({ length: to - from }, (_, at) => ({
    unit_index: from + at,
    attempt,
    role: 'primary' as const,
  }))
  const one = { award_id: `${from}-${attempt}`, job_id: JOB, peer, units, deadline_ms: NOON + 60_000 }
  tell(state, { kind: 'awards-issued', at_ms: NOON, awards: [one] })
}

function returned(state: PeerState, peer = PROVIDERS[0], attempt: number, from: number, to: number): void {
  if (peer === undefined) return
  const metrics = { wall_ms: 20, cpu_ms: 15, peak_memory_bytes: 1, input_bytes: 0, output_bytes: 1_000 }
  const receipts = Array.from({ length: to - from }, (_, at) => ({
    unit_index: from + at,
    attempt,
    outcome: { kind: 'output' as const, cid: cidOf(`unit ${from + at}`), metrics },
  }))
  tell(state, { kind: 'results-received', at_ms: NOON + 10, from: peer, job_id: JOB, receipts })
}

function reportCosts(
  report: (measurement: Measurement) => void,
  costs: {
    readonly state: PeerState
    readonly folder: string
    readonly done: number
    readonly heap: number
    readonly allMs: number
    readonly archivingMs: number
  },
): void {
  const { state, folder, done, heap, allMs, archivingMs } = costs
  let snapshot = 0
  for (const part of encodeStateParts(state)) snapshot += part.byteLength
  const note = `of ${UNITS.toLocaleString('en')} units, ${done.toLocaleString('en')} are verified`
  for (const [metric, bytes] of [
    ['memory a unit while the job runs', heap],
    ['snapshot a unit while the job runs', snapshot],
  ] as const) {
    const value = bytes / UNITS
    const target = `≤ ${BYTES_A_UNIT_MAX}`
    report({ metric, value, unit: 'bytes', target, met: value <= BYTES_A_UNIT_MAX, note })
  }
  const disk = statSync(join(folder, 'meshwork.sqlite')).size + walBytes(folder)
  report({ metric: 'history a verified unit on the disk', value: disk / done, unit: 'bytes' })
  report({
    metric: 'moving a verified unit to the history',
    value: (1_000 * archivingMs) / done,
    unit: 'µs',
    ratio: archivingMs / (allMs - archivingMs),
    versus: 'its steps of the brain',
  })
}

function walBytes(folder: string): number {
  return statSync(join(folder, 'meshwork.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0
}

/** What is held after everything that can go has gone. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
