import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import type { CandidateOutput } from '../../peer/effect.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Runner, RunOutcome, RunTask } from '../../ports/runner.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { createDefects } from '../defects.ts'
import { testJob, until } from '../mesh.fixture.ts'
import { createComparing, type Comparing } from './comparing.ts'

const [ANN, BOB, CAT] = ['A', 'B', 'C'].map((letter) => `12D3KooW${letter.repeat(44)}`) as [
  PeerId,
  PeerId,
  PeerId,
]
const JOB = 'job' as JobId
const EVIL = 'evil'

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const cidOf = (text: string): Cid => cidOfDigest(RAW, createHash('sha256').update(text).digest())

let told: PeerEvent[]
let due: (() => void)[]
let blobs: Map<Cid, Uint8Array>
let pinned: Set<string>
let wanted: readonly CandidateOutput[]
let defects: unknown[]
let tasks: RunTask[]
/** How a fetch ends; undefined stores the output. */
let fetching: (cid: Cid) => Error | undefined
/** How a comparing of these outputs ends: with a fault, or with all alike that begin with one letter. */
let ends: (outputs: readonly string[]) => Fault | undefined
let comparing: Comparing

function fault(kind: Fault['kind']): Fault {
  return { kind, message: kind }
}

function textOf(cid: Cid): string {
  return new TextDecoder().decode(blobs.get(cid))
}

function compared(task: RunTask): RunOutcome {
  const candidates = Object.values(task.inputs).map(({ cid }) => cid)
  const outputs = candidates.map(textOf)
  const failed = ends(outputs)
  if (failed !== undefined) return { kind: 'failed', fault: failed }
  const alike = outputs.map((one) => outputs.map((other) => one.slice(0, 1) === other.slice(0, 1)))
  const bytes = Uint8Array.from(encodeCanonical({ candidates, alike }))
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 0 }
  return { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics }
}

const store: Partial<BlobStore> = {
  has: (cid) => blobs.has(cid),
  pin: (_cids, owner) => void pinned.add(owner),
  unpin: (owner) => void pinned.delete(owner),
  owned: (prefix) => [...pinned].filter((owner) => owner.startsWith(prefix)),
  content: (cid) => blobs.get(cid),
  path: () => undefined,
  layout: () => undefined,
  putUnflushed: (bytes) => {
    const cid = cidOf(new TextDecoder().decode(bytes))
    blobs.set(cid, bytes)
    return Promise.resolve(cid)
  },
}

const runner: Partial<Runner> = {
  concurrency: 1,
  run: (given, { finished }) => {
    for (const task of given) {
      tasks.push(task)
      finished(task, compared(task))
    }
    return Promise.resolve()
  },
}

beforeEach(() => {
  ;[told, due, tasks, defects] = [[], [], [], []]
  ;[blobs, pinned, wanted] = [new Map<Cid, Uint8Array>(), new Set<string>(), []]
  fetching = () => undefined
  ends = () => undefined
  const manifest: JobManifest = {
    ...testJob(ANN, 1, 2),
    comparator: { name: 'numeric-tolerance', element: 'u8', absolute: 1, relative: 0, outliers: 0 },
  }
  comparing = createComparing({
    clock: {
      nowMs: () => 1_000,
      after: (_delayMs, callback) => {
        due.push(callback)
        return () => void (due = due.filter((one) => one !== callback))
      },
    },
    blobs: store as BlobStore,
    fetcher: {
      fetch: (cid) => {
        const error = fetching(cid)
        if (error !== undefined) return Promise.reject(error)
        const text = ['a1', 'a2', EVIL, 'b1'].find((one) => cidOf(one) === cid) ?? ''
        blobs.set(cid, bytesOf(text))
        return Promise.resolve()
      },
      waiting: () => [],
      traffic: () => ({ bytesIn: 0, bytesOut: 0 }),
      rates: () => new Map(),
      setRates: () => undefined,
    },
    dispatch: (event) => {
      told.push(event)
      wanted = []
      return Promise.resolve()
    },
    connections: () => [ANN, BOB].map((peer) => ({ peer, sinceMs: 0 })),
    outputBytesMax: () => 4_096,
    defects: createDefects((error) => defects.push(error)),
    runner: runner as Runner,
    jobOf: () => ({ manifest }) as JobState,
    wanted: () => wanted,
    sealOf: () => undefined,
    signal: new AbortController().signal,
  })
})

/** Candidates of these contents, one of each peer. */
function candidates(...outputs: readonly string[]): readonly CandidateOutput[] {
  const peers = [ANN, BOB, CAT]
  return outputs.map((output, i) => ({ cid: cidOf(output), from: [peers[i] ?? ANN] }))
}

async function heard(events = 1): Promise<readonly PeerEvent[]> {
  await until(() => told.length >= events && pinned.size === 0)
  expect(defects).toEqual([])
  return told
}

describe('[V19] comparing outputs', () => {
  test('fetches them, but for those that came with their receipts, and lets go of them when it is told', async () => {
    const [first, second] = candidates('a1', 'a2')
    fetching = (cid) => (cid === cidOf('a1') ? new FaultError(fault('blob-missing')) : undefined)
    wanted = [{ ...first!, inline: bytesOf('a1') }, second!]
    comparing.compare(JOB, 0)
    expect(await heard()).toMatchObject([
      { kind: 'outputs-compared', unit_index: 0, likeness: { candidates: [cidOf('a1'), cidOf('a2')] } },
    ])
    expect(told[0]).not.toHaveProperty('fault')
  })

  test.each([
    ['blob-missing', [CAT]],
    ['oversized', []],
  ] as const)(
    'tells who does not hand one over (%s), and compares nothing then',
    async (kind, unreachable) => {
      fetching = (cid) => (cid === cidOf('b1') ? new FaultError(fault(kind)) : undefined)
      wanted = candidates('a1', 'a2', 'b1')
      comparing.compare(JOB, 0)
      expect(await heard()).toMatchObject([
        { kind: 'output-unavailable', cid: cidOf('b1'), unreachable: [...unreachable] },
      ])
      expect(tasks).toEqual([])
    },
  )

  test.each(['runner-lost', 'memory-exhausted', 'timed-out'] as const)(
    'finds the one that ends the host (%s) by comparing pairs',
    async (kind) => {
      ends = (outputs) => (outputs.includes(EVIL) ? fault(kind) : undefined)
      wanted = candidates('a1', EVIL, 'a2')
      comparing.compare(JOB, 0)
      expect(await heard()).toMatchObject([
        {
          fault: { kind },
          likeness: {
            alike: [
              [true, false, true],
              [false, true, false],
              [true, false, true],
            ],
          },
        },
      ])
      expect(tasks).toHaveLength(4)
    },
  )

  test('takes two that cannot be compared for unlike, and says why', async () => {
    ends = () => fault('trapped')
    wanted = candidates('a1', 'a2')
    comparing.compare(JOB, 0)
    expect(await heard()).toMatchObject([
      {
        fault: { kind: 'trapped' },
        likeness: {
          alike: [
            [true, false],
            [false, true],
          ],
        },
      },
    ])
  })

  test('is tried again where this machine fails, and says so meanwhile', async () => {
    ends = () => fault('storage-failed')
    wanted = candidates('a1', 'a2')
    comparing.compare(JOB, 0)
    await until(() => comparing.troubleOf(JOB) !== undefined && due.length > 0)
    expect(comparing.troubleOf(JOB)).toEqual(fault('storage-failed'))
    expect(told).toEqual([])
    ends = () => undefined
    due.shift()?.()
    expect(await heard()).toMatchObject([{ kind: 'outputs-compared' }])
    expect(comparing.troubleOf(JOB)).toBeUndefined()
  })

  test('is not tried again when its job is over', async () => {
    ends = () => fault('storage-failed')
    wanted = candidates('a1', 'a2')
    comparing.compare(JOB, 0)
    await until(() => comparing.troubleOf(JOB) !== undefined && due.length > 0)
    comparing.stop(JOB)
    await until(() => pinned.size === 0)
    expect([told, due, comparing.troubleOf(JOB)]).toEqual([[], [], undefined])
  })

  test('lets go of what an earlier run of the program was comparing', () => {
    pinned.add('comparing:job/7').add('kept:job')
    comparing.begin()
    expect([...pinned]).toEqual(['kept:job'])
  })
})
