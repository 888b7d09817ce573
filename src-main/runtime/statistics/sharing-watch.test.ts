import { beforeEach, describe, expect, test } from 'vitest'
import type { PeerEvent } from '../../peer/event.ts'
import type { Notice } from '../../peer/notice.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { MachineSample } from '../../protocol/machine-sample.ts'
import { PeerId } from '../../protocol/ids.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import { createSharingWatch, type SharingWatch } from './sharing-watch.ts'

const ME = PeerId.parse(`12D3KooW${'M'.repeat(44)}`)

let state: PeerState
let nowMs: number
let sample: MachineSample
let samples: number
let watch: SharingWatch
let due: (() => void)[]
let dispatch: (event: PeerEvent) => Promise<void>

const defects: unknown[] = []
/** Whether looking at the machine fails. */
let isBroken = false

beforeEach(() => {
  defects.length = 0
  isBroken = false
  state = initialState(ME, 'me')
  state.sharing.availability = { kind: 'always', resources: { cpu_cores: 1, ram_gb: 1 }, priority: 0.5 }
  nowMs = Date.parse('2026-11-21T12:00:00Z')
  sample = {}
  samples = 0
  due = []
  let hear: (notices: readonly Notice[]) => void = () => undefined
  dispatch = (event) => {
    hear(advance(state, event).notices)
    return Promise.resolve()
  }
  const runtime = {
    state,
    dispatch,
    onNotices: (listener: typeof hear) => {
      hear = listener
      return () => (hear = () => undefined)
    },
  }
  const meters = {
    cpu_percent_units: 0,
    ram_bytes: 0,
    disk_bytes: 0,
    disk_bytes_max: 0,
    upload_bytes_per_s: 0,
    download_bytes_per_s: 0,
  }
  watch = createSharingWatch({
    runtime: runtime as unknown as PeerRuntime,
    clock: {
      nowMs: () => nowMs,
      after: (_, callback) => {
        due.push(callback)
        return () => undefined
      },
    },
    machine: {
      sample: () => {
        samples++
        return isBroken ? Promise.reject(new Error('no eyes')) : Promise.resolve(sample)
      },
    },
    usage: { latest: () => meters, measure: () => Promise.resolve({ ...meters }) },
    report: (error) => defects.push(error),
  })
})

/** Lets seconds pass, one look after the other. */
async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    nowMs += 1_000
    for (const look of due.splice(0)) look()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the sharing watch', () => {
  test('[A11] says once that the machine cannot be looked at, and again after it could', async () => {
    watch.start()
    await pass(10)
    expect(defects).toEqual([])
    isBroken = true
    await pass(20)
    expect(defects).toEqual([new Error('no eyes')])
    isBroken = false
    await pass(10)
    isBroken = true
    await pass(10)
    expect(defects).toHaveLength(2)
    await watch.stop()
  })

  test('[A11] first looks at the machine when the peer has started, not in the middle of it', async () => {
    watch.start()
    await new Promise((resolve) => setImmediate(resolve))
    expect(samples).toBe(0)
    await pass(1)
    expect(samples).toBe(1)
    await watch.stop()
  })

  test('[A11] looks at the machine every five seconds, every second while a user watches', async () => {
    watch.start()
    await pass(11)
    expect(samples).toBe(3)
    const stop = watch.onChange(() => undefined)
    await pass(10)
    expect(samples).toBe(13)
    stop()
    await pass(5)
    expect(samples).toBe(14)
    await watch.stop()
    await pass(5)
    expect(samples).toBe(14)
  })

  test('[A11] tells of each change once, and keeps the objects while nothing changes', async () => {
    await dispatch({ kind: 'capabilities-measured', at_ms: nowMs, algorithms: [ALGORITHM] })
    watch.start()
    await pass(1)
    expect(watch.now()).toEqual({ kind: 'sharing' })
    const [now, readings] = [watch.now(), watch.readings()]
    await pass(5)
    expect([watch.now(), watch.readings()]).toEqual([now, readings])
    expect(watch.now()).toBe(now)
    expect(watch.readings()).toBe(readings)
    sample = { on_battery: true }
    await pass(5)
    expect(watch.now()).toMatchObject({ kind: 'paused-by-rule', rule: 'on-battery' })
    await dispatch({ kind: 'sharing-paused', at_ms: nowMs, finish_first: true })
    expect(watch.now()).toEqual({ kind: 'paused-by-user', since_ms: nowMs })
    await dispatch({ kind: 'availability-set', at_ms: nowMs, availability: { kind: 'never' } })
    expect(watch.now()).toEqual({ kind: 'off' })
  })

  test('[A12] knows when the hours of a week begin and end, without an event to say so', async () => {
    const plan = {
      time_zone: 'UTC',
      resources: { cpu_cores: 1, ram_gb: 1 },
      priority: 0.5,
      blocks: [{ day: 5, start_minute: 12 * 60 + 30, minutes: 30 }],
      exceptions: [],
    }
    await dispatch({ kind: 'capabilities-measured', at_ms: nowMs, algorithms: [ALGORITHM] })
    await dispatch({ kind: 'availability-set', at_ms: nowMs, availability: { kind: 'week', plan } })
    watch.start()
    const beginMs = nowMs + 30 * 60_000
    expect(watch.now()).toEqual({ kind: 'outside-hours', next_ms: beginMs })
    nowMs = beginMs
    await dispatch({ kind: 'tick', at_ms: nowMs })
    expect(watch.now()).toEqual({ kind: 'sharing', until_ms: beginMs + 30 * 60_000 })
    nowMs = beginMs + 30 * 60_000
    await dispatch({ kind: 'tick', at_ms: nowMs })
    expect(watch.now()).toMatchObject({ kind: 'outside-hours' })
  })
})

const ALGORITHM = { algorithm_id: 'x.y', version: '1.0.0', supported: true, performance_score: 1 }
