import { beforeEach, describe, expect, it } from 'vitest'
import type { PeerEvent } from '../../peer/event.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import { createCollector, type Collector } from './collector.ts'
import { createDefects } from '../defects.ts'
import { until } from '../mesh.fixture.ts'

const [ANN, BOB] = ['A', 'B'].map((letter) => `12D3KooW${letter.repeat(44)}` as PeerId) as [PeerId, PeerId]
const JOB = 'job' as JobId
const CID = `bafkrei${'a'.repeat(51)}e` as Cid
const OUTPUT = { unit: 0, cid: CID, from: [ANN, BOB] }

let told: PeerEvent[]
let tries: number
let waits: number[]
let due: (() => void)[]
let stored: boolean
let wanted: boolean
let defects: unknown[]
let connectedSinceMs: number
/** The end of each attempt; undefined stores the output. */
let outcome: (attempt: number, arrived: () => void) => Error | undefined
let collector: Collector

const NOW_MS = 1_000
/** The time limit of a transfer: here each ends at once. */
const TRANSFER_MS = 10 * 60_000

beforeEach(() => {
  connectedSinceMs = 0
  ;[told, tries, waits, due, stored, wanted, defects] = [[], 0, [], [], false, true, []]
  const clock = {
    nowMs: () => NOW_MS,
    after: (delayMs: number, callback: () => void) => {
      if (delayMs === TRANSFER_MS) return () => undefined
      waits.push(delayMs)
      due.push(callback)
      return () => undefined
    },
  }
  collector = createCollector({
    clock,
    blobs: { has: () => stored, info: () => undefined, pin: () => undefined } as unknown as BlobStore,
    fetcher: {
      fetch: (_cid, { progress, bytesMax }) => {
        tries++
        const error = outcome(bytesMax ?? 0, () => progress?.())
        if (error !== undefined) return Promise.reject(error)
        stored = true
        return Promise.resolve()
      },
      waiting: () => [],
      traffic: () => ({ bytesIn: 0, bytesOut: 0 }),
      rates: () => new Map(),
      setRates: () => undefined,
    },
    dispatch: (event) => {
      told.push(event)
      return Promise.resolve()
    },
    connections: () => [{ peer: ANN, sinceMs: connectedSinceMs }],
    sealOf: () => undefined,
    isWanted: () => wanted,
    outputBytesMax: () => 4_096,
    defects: createDefects((error) => defects.push(error)),
    signal: new AbortController().signal,
  })
})

const fault = (kind: Fault['kind']) => new FaultError({ kind, message: kind })

/** Lets the time pass that is waited for, so many times. */
async function pass(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const before = tries
    await until(() => due.length > 0)
    due.splice(0).forEach((callback) => callback())
    await until(() => tries > before || told.length > 0 || !wanted)
  }
}

describe('an output that is not here', () => {
  it.each(['quota-exceeded', 'storage-failed', 'memory-exhausted'] as const)(
    '[W7] for our own %s is waited for, with longer and longer pauses, without blame',
    async (kind) => {
      outcome = () => fault(kind)
      collector.fetchOutputs(JOB, [OUTPUT])
      await pass(12)
      expect(told).toEqual([])
      expect(collector.troubleOf(JOB)?.kind).toBe(kind)
      expect(waits.slice(0, 3)).toEqual([2_000, 4_000, 8_000])
      expect(Math.max(...waits)).toBe(300_000)
      outcome = () => undefined
      await pass(1)
      await until(() => due.length > 0)
      due.splice(0).forEach((callback) => callback())
      expect(told.map(({ kind: what }) => what)).toEqual(['outputs-stored'])
      expect(collector.troubleOf(JOB)).toBeUndefined()
    },
  )

  it('[W7] for a defect of ours is tried again, and the defect is reported', async () => {
    outcome = () => new TypeError('undefined is not a function')
    collector.fetchOutputs(JOB, [OUTPUT])
    await pass(3)
    expect(told).toEqual([])
    expect(defects).toHaveLength(4)
    expect((defects[0] as Error).message).toContain('fetching outputs of job')
  })

  it('[W7] because it comes slowly is fetched on as long as anything comes', async () => {
    outcome = (_, arrived) => {
      arrived()
      return fault('timed-out')
    }
    collector.fetchOutputs(JOB, [OUTPUT])
    await pass(10)
    expect(told).toEqual([])
    outcome = () => fault('timed-out')
    await pass(3)
    expect(told).toMatchObject([{ kind: 'output-unavailable', unreachable: [BOB] }])
  })

  it('[W7] because no peer hands it over is reported at once; unreachable peers are not to blame', async () => {
    outcome = () => fault('blob-missing')
    collector.fetchOutputs(JOB, [OUTPUT])
    await until(() => told.length > 0)
    expect([tries, told]).toMatchObject([1, [{ kind: 'output-unavailable', unreachable: [BOB] }]])
  })

  it('[W7] because a peer was away when it was asked, and is back since, is not held against that peer', async () => {
    outcome = () => fault('unreachable')
    connectedSinceMs = NOW_MS + 1
    collector.fetchOutputs(JOB, [OUTPUT])
    await until(() => told.length > 0)
    expect(told).toMatchObject([{ kind: 'output-unavailable', unreachable: [ANN, BOB] }])
  })

  it('[W29] because it is larger than its manifest allows is reported at once, and all that agreed on it are to blame', async () => {
    let bytesMax = 0
    outcome = (limit) => {
      bytesMax = limit
      return fault('oversized')
    }
    collector.fetchOutputs(JOB, [OUTPUT])
    await until(() => told.length > 0)
    expect(bytesMax).toBe(4_096)
    expect(told).toMatchObject([{ kind: 'output-unavailable', unreachable: [] }])
  })

  it('is given up when its job wants it no longer', async () => {
    outcome = () => fault('quota-exceeded')
    collector.fetchOutputs(JOB, [OUTPUT])
    await until(() => due.length > 0)
    wanted = false
    await pass(1)
    expect([tries, told]).toEqual([1, []])
  })
})
