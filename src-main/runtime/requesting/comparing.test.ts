/** Jobs whose outputs are compared by content: three peers over real sockets, and a real compute host that compares. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { renderTiles, TILE } from '../../compute/libraries/compare/rendered-tiles.fixture.ts'
import { wat } from '../../compute/metering/wat.fixture.ts'
import { createRunner } from '../../compute/runner.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { Runner, RunOutcome, RunTask } from '../../ports/runner.ts'
import type { Comparator } from '../../protocol/comparator.ts'
import { COMPARE } from '../../protocol/compare-task.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
import { UnitLimits } from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { COMPARING_PIN } from '../blobs/blob-rights.ts'
import { machineClock } from '../machine.ts'
import {
  newHome,
  pairPeers,
  socketsOf,
  startPeer,
  testJob,
  until,
  type Behaviour,
  type TestPeer,
} from '../mesh.fixture.ts'
import { newJobKey } from './job-sealer.ts'

const UNITS = 4

/** The requester's state, and the peer that lies to it. */
let asking: { readonly state: TestPeer['runtime']['state']; readonly liar: PeerId } | undefined

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()))
})

/** A runner whose units are scripted, and whose comparings run in a compute host. */
function comparingRunner(scripted: Runner, host: Runner): Runner {
  const isComparing = ({ algorithmId }: RunTask) => algorithmId === COMPARE.id
  return {
    ...scripted,
    start: async () => {
      await Promise.all([scripted.start(), host.start()])
    },
    stop: async () => {
      await Promise.all([scripted.stop(), host.stop()])
    },
    algorithms: () => [
      ...scripted.algorithms(),
      ...host.algorithms().filter(({ scope }) => scope === 'local'),
    ],
    run: async (tasks, listener) => {
      await Promise.all([
        host.run(tasks.filter(isComparing), listener),
        scripted.run(
          tasks.filter((task) => !isComparing(task)),
          listener,
        ),
      ])
    },
  }
}

type Algorithm = { readonly id: string; readonly version: string }

async function start(name: string, behave: Behaviour, algorithm: Algorithm): Promise<TestPeer> {
  const home = await newHome()
  const staging = await mkdtemp(join(tmpdir(), 'meshwork-comparing-'))
  const wrapRunner = (scripted: Runner, blobFolder: string): Runner =>
    comparingRunner(
      scripted,
      createRunner({ clock: machineClock, stagingFolder: join(staging, 'out'), blobFolder, workers: 1 }),
    )
  const peer = await startPeer(socketsOf(home), home, behave, { name, algorithm, wrapRunner })
  running.push({
    async stop() {
      await peer.stop()
      await rm(staging, { recursive: true })
    },
  })
  return peer
}

/** An output of these bytes. */
function outputOf(bytes: Uint8Array): RunOutcome {
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: bytes.length }
  return { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics }
}

/** Three peers that know each other: two honest ones, of which the first asks, and one that lies. */
async function threePeers(
  behaviours: { readonly ann: Behaviour; readonly bob: Behaviour; readonly eve: Behaviour },
  algorithm: Algorithm = { id: 'test.unit', version: '1' },
) {
  const [ann, bob, eve] = await Promise.all([
    start('ann', behaviours.ann, algorithm),
    start('bob', behaviours.bob, algorithm),
    start('eve', behaviours.eve, algorithm),
  ])
  asking = { state: ann.runtime.state, liar: eve.peer }
  for (const other of [bob, eve]) await pairPeers(ann, other)
  return { ann, bob, eve }
}

type Three = Awaited<ReturnType<typeof threePeers>>

/** Submits a job whose units all three are to compute, and waits for its end. */
async function done(
  { ann }: Three,
  changes: Partial<JobManifest> & { readonly comparator: Comparator },
  key?: JobKey,
): Promise<JobState> {
  const { state } = ann.runtime
  await until(() => state.view.commitments.size === 2)
  const { job } = await ann.runtime.submit({ ...testJob(ann.peer, UNITS, 3), ...changes }, [], key)
  await until(() => state.requester.jobs.get(job)?.status.state !== 'running')
  return state.requester.jobs.get(job)!
}

/** Every unit is verified by the two honest peers, and only the liar was found wrong. */
function expectLiarFound({ ann, bob, eve }: Three, job: JobState): void {
  expect(job.status.state).toBe('done')
  for (const { verified } of job.units.values()) {
    expect([...verified!.winners].sort()).toEqual([ann.peer, bob.peer].sort())
    expect(ann.blobs.has(verified!.cid) || verified!.inline !== undefined).toBe(true)
  }
  const { records } = ann.runtime.state.requester
  expect(records.get(bob.peer)).toMatchObject({ rejected: 0, verified: job.units.size })
  expect(records.get(eve.peer)).toMatchObject({ rejected: job.units.size, verified: 0 })
  expect(ann.blobs.owned(COMPARING_PIN)).toEqual([])
}

/** An honest peer lets the liar be first, so that her outputs are among those that are judged. */
const later =
  (behave: Behaviour): Behaviour =>
  async (task) => {
    await until(() => hasReturned(task.unitIndex ?? 0))
    return behave(task)
  }

/** Whether the requester has the liar's output of a unit. */
function hasReturned(unit: number): boolean {
  if (asking === undefined) return false
  const { state, liar } = asking
  return [...state.requester.jobs.values()].some(({ units }) =>
    units.get(unit)?.attempts.some(({ peer, status }) => peer === liar && status.state === 'returned'),
  )
}

const NUMBERS = 300
const TOLERANT: Comparator = {
  name: 'numeric-tolerance',
  element: 'f64',
  absolute: 0,
  relative: 1e-9,
  outliers: 0,
}

/** Numbers of a unit that differ from peer to peer by a part in so many. */
function numbers({ unitIndex = 0 }: RunTask, by: number): RunOutcome {
  const values = Float64Array.from({ length: NUMBERS }, (_, i) => (unitIndex + 1) * (i + 1) * (1 + by))
  return outputOf(new Uint8Array(values.buffer))
}

describe('[V6] [V18] three peers with outputs that differ a little', () => {
  const near = {
    ann: later((task) => numbers(task, 0)),
    bob: later((task) => numbers(task, 1e-12)),
    eve: (task: RunTask) => numbers(task, 1e-3),
  }

  test.each([undefined, newJobKey()])('agree within a tolerance, and a liar is found', async (key) => {
    const three = await threePeers(near)
    const limits = UnitLimits.parse({ memory_pages: 16 })
    expectLiarFound(three, await done(three, { comparator: TOLERANT, limits }, key))
  })

  test('agree where an output is no whole number of elements, which is unlike all others', async () => {
    const three = await threePeers({ ...near, eve: () => outputOf(new Uint8Array(2_399)) })
    expectLiarFound(three, await done(three, { comparator: TOLERANT }))
  })

  test('[V14] agree by a supplied module, and one output that breaks it finds no peer but its own wrong', async () => {
    const three = await threePeers({ ...near, eve: () => outputOf(new Uint8Array(0)) })
    // Traps where one of two outputs is empty, and says alike otherwise.
    const module = wat(`(module
      (memory (export "memory") 1)
      (func (export "alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "run") (param $ptr i32) (param $len i32) (result i64)
        (if (i32.lt_u (local.get $len) (i32.const 4000)) (then unreachable))
        (i64.const 0)))`)
    const cid = await three.ann.blobs.put(module)
    // A unit reads nothing and has one page; the comparing module is given two outputs.
    const limits = UnitLimits.parse({ memory_pages: 1, input_bytes: 0, fuel: 1 })
    const job = await done(three, { comparator: { name: 'module', cid }, limits })
    expectLiarFound(three, job)
    expect(three.ann.blobs.owners(cid)).toEqual([`kept:${job.manifest.job_id}`])
  })
})

describe('[V13] [V18] three peers with noisy pictures', () => {
  let tiles: Awaited<ReturnType<typeof renderTiles>>
  beforeAll(async () => {
    tiles = await renderTiles()
  })
  const params = { width: TILE, height: TILE, tile: TILE, spp: 256, samples_per_unit: 64 }
  const render = {
    algorithm_id: renderRules.id,
    algorithm_version: renderRules.version,
    params,
    comparator: { name: 'image', rmse_max: 0.1, ssim_min: 0.5 },
  } as const
  const pictures = (eve: () => Uint8Array) => ({
    ann: later(() => outputOf(tiles.room[0])),
    bob: later(() => outputOf(tiles.room[1])),
    eve: () => outputOf(eve()),
  })

  test.each([
    ['a picture of something else', () => tiles.other[0]],
    ['a film that is cut off', () => tiles.room[0].slice(0, -1)],
    ['a film of no numbers', () => new Uint8Array(tiles.room[0].length).fill(255)],
  ])('agree on them, and the one is found who returns %s', async (_what, wrong) => {
    const three = await threePeers(pictures(wrong), renderRules)
    expectLiarFound(three, await done(three, render))
  })
})
