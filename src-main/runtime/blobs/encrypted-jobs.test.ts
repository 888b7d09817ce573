import { UnitLimits } from '../../protocol/unit-limits.ts'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { filesBelow } from '../../folder-files.fixture.ts'
import { libraryInput } from '../../compute/worker/read-input.ts'
import type { CallInput } from '../../compute/messages/input.ts'
import { isUnderWay } from '../../peer/requester/slice.ts'
import type { RunOutcome, RunTask } from '../../ports/runner.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import { outputSeal, type JobKey } from '../../protocol/job-key.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { sealBytes } from '../../sealing/seal.ts'
import { openDatabase } from '../../storage/database/database.ts'
import { openJobKeyTable } from '../../storage/keys/job-keys.ts'
import type { KeyedJob } from '../../ports/job-keys.ts'
import { startAttacker } from '../attacker.fixture.ts'
import { cidOfBytes } from '../content-id.ts'
import { newJobKey } from '../requesting/job-sealer.ts'
import {
  createMemoryNetwork,
  newHome,
  pairPeers,
  setClock,
  startPeer,
  testJob,
  until,
  type Behaviour,
  type MemoryNetwork,
  type SetClock,
  type TestHome,
  type TestPeer,
} from '../mesh.fixture.ts'

const MARKER = 'marker-in-plain-sight'
/** Larger than a frame, so that it is cut, and than what lies in the database. */
const INPUT = Buffer.concat([Buffer.from(MARKER), randomBytes(200_000), Buffer.from(MARKER)])
const UNITS = 4

const running = new Set<TestPeer>()
afterEach(async () => {
  await Promise.all([...running].map((peer) => peer.stop()))
  running.clear()
})

interface Started {
  readonly peer: TestPeer
  readonly home: TestHome
}

async function start(
  network: MemoryNetwork,
  behave: Behaviour,
  { home, ...options }: { home?: TestHome; clock?: SetClock; shares?: boolean } = {},
): Promise<Started> {
  const here = home ?? (await newHome())
  const peer = await startPeer(network, here, behave, { limited: true, ...options })
  running.add(peer)
  return { peer, home: here }
}

async function stop(peer: TestPeer, how: 'stop' | 'crash' = 'stop'): Promise<void> {
  running.delete(peer)
  await peer[how]()
}

/** The content of an input as the compute host would read it. */
function contentOf(task: RunTask, role: string): Buffer {
  const input = task.inputs[role]!
  const { layout, ...rest } = input
  const chunks = layout.kind === 'list' ? { chunks: [...layout.chunks] } : {}
  const call = { ...rest, bytes: layout.bytes, ...chunks } as CallInput
  return Buffer.from(libraryInput(role, call, () => undefined).read())
}

function done(bytes: Uint8Array): RunOutcome {
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: bytes.length }
  return { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics }
}

/** The output of a unit: the marker, its own number and its input's length, tiny or not. */
function outputBytesOf(input: Uint8Array, task: Pick<RunTask, 'unitIndex'>, size: number): Uint8Array {
  const said = `${MARKER} ${task.unitIndex ?? -1} ${input.byteLength}`
  return new Uint8Array(Buffer.alloc(size, said))
}

const computing =
  (size = 100_000): Behaviour =>
  (task) =>
    done(outputBytesOf(contentOf(task, 'data'), task, size))

/** Bytes of all files below a folder. */
function bytesBelow(folder: string): Buffer {
  return Buffer.concat(filesBelow(folder).map(({ bytes }) => bytes))
}

function holdsKey(bytes: Buffer, { inputs, outputs }: JobKey): boolean {
  const halves = [inputs, outputs].map((half) => Buffer.from(half))
  return halves.some((half) => bytes.includes(half.subarray(0, 16)) || bytes.includes(half.subarray(16)))
}

const LIMITS = UnitLimits.parse({ wall_ms: 10_000, memory_pages: 1 })

async function submit(
  { runtime, blobs, peer }: TestPeer,
  { redundancy = 2, changes = {} }: { redundancy?: number; changes?: Partial<JobManifest> } = {},
): Promise<{ job: JobId; manifestCid: Cid; key: JobKey }> {
  const data = await blobs.put(INPUT)
  const manifest = {
    ...testJob(peer, UNITS, redundancy),
    description: `${MARKER} as a name`,
    params: { secret: MARKER },
    limits: LIMITS,
    inputs: { data },
    ...changes,
  }
  const key = newJobKey()
  return { ...(await runtime.submit(manifest, [], key)), key }
}

const stateOf = ({ runtime }: TestPeer, job: JobId) => runtime.state.requester.jobs.get(job)!
const isDone = (peer: TestPeer, job: JobId) => stateOf(peer, job).status.state === 'done'
const contacts = (peer: TestPeer) => peer.runtime.state.view.commitments.size

/** A requester that computes nothing itself, and its contacts. */
async function meshOf(
  behaviours: readonly Behaviour[],
  clock?: SetClock,
): Promise<{ network: MemoryNetwork; ann: Started; others: Started[] }> {
  const network = createMemoryNetwork()
  const ann = await start(network, computing(), { shares: false })
  const others: Started[] = []
  for (const behave of behaviours)
    others.push(await start(network, behave, clock === undefined ? {} : { clock }))
  for (const { peer } of others) await pairPeers(ann.peer, peer)
  await until(() => contacts(ann.peer) === others.length)
  return { network, ann, others }
}

/** A contact that shares nothing, and so is given nothing. */
async function bystander(network: MemoryNetwork, ann: TestPeer): Promise<Started> {
  const cy = await start(network, computing(), { shares: false })
  await pairPeers(ann, cy.peer)
  return cy
}

/** Runs nothing until it is let. */
function gated(behave: Behaviour): { behaviour: Behaviour; open: () => void; asked: () => number } {
  const gate = Promise.withResolvers<undefined>()
  let asked = 0
  return {
    behaviour: async (task) => {
      asked++
      await gate.promise
      return behave(task)
    },
    open: () => gate.resolve(undefined),
    asked: () => asked,
  }
}

/** Jobs whose keys lie in the folder of a peer that has stopped. */
function keysIn({ folder }: TestHome): KeyedJob[] {
  const database = openDatabase(folder, { mustExist: true })
  try {
    return openJobKeyTable(database).all()
  } finally {
    database.close()
  }
}

describe('an encrypted job', () => {
  it.each([100_000, 1_000, 20])(
    '[K4, K5] with outputs of %i bytes is agreed on, and nothing of it lies in the open where it is computed',
    async (size) => {
      const gates = [gated(computing(size)), gated(computing(size))]
      const { ann, others } = await meshOf(gates.map(({ behaviour }) => behaviour))
      const { job, key } = await submit(ann.peer)
      await until(() => gates.every(({ asked }) => asked() > 0))
      for (const { home } of others) {
        const during = bytesBelow(home.folder)
        expect([during.includes(MARKER), holdsKey(during, key)]).toEqual([false, false])
      }
      for (const { open } of gates) open()
      await until(() => isDone(ann.peer, job))

      const { manifest, units } = stateOf(ann.peer, job)
      expect(manifest.encryption?.scheme).toBe('sealed-1')
      for (let index = 0; index < UNITS; index++) {
        const sealed = sealBytes(outputSeal(key, index), outputBytesOf(INPUT, { unitIndex: index }, size))
        const { inline, cid } = units.get(index)!.verified!
        expect(Buffer.compare(inline ?? (await ann.peer.blobs.read(cid)), sealed)).toBe(0)
      }
      expect(holdsKey(bytesBelow(ann.home.folder), key)).toBe(false)
      for (const { home } of others) {
        const after = bytesBelow(home.folder)
        expect([after.includes(MARKER), holdsKey(after, key)]).toEqual([false, false])
      }
    },
  )

  it('[K3] tells a contact that is not asked neither name, parameters nor content', async () => {
    const gates = [gated(computing()), gated(computing())]
    const { network, ann } = await meshOf(gates.map(({ behaviour }) => behaviour))
    const cy = await bystander(network, ann.peer)
    const { job, manifestCid, key } = await submit(ann.peer)
    await until(() => gates.every(({ asked }) => asked() > 0))
    const { inputs, encryption } = stateOf(ann.peer, job).manifest
    const signal = AbortSignal.timeout(60_000)
    await cy.peer.fetcher.fetch(manifestCid, { from: [ann.peer.peer], signal })
    for (const cid of [inputs['data']!, encryption!.secrets]) {
      const given = cy.peer.fetcher.fetch(cid, { from: [ann.peer.peer], signal })
      await expect(given).rejects.toMatchObject({ fault: { kind: 'blob-missing' } })
      // A peer that gets hold of it all the same, say a relay that keeps what it passes on, has this.
      expect(Buffer.from(await ann.peer.blobs.read(cid)).includes(MARKER)).toBe(false)
    }
    const told = bytesBelow(cy.home.folder)
    expect([told.includes(MARKER), holdsKey(told, key)]).toEqual([false, false])
    // The manifest is in the open as far as others match by it.
    expect(Buffer.from(await cy.peer.blobs.read(manifestCid)).includes('wall_ms')).toBe(true)
    for (const { open } of gates) open()
    await until(() => isDone(ann.peer, job))
  })

  it('[K3] gives units its parameters, the open ones as they were told', async () => {
    const seen: unknown[] = []
    const { ann } = await meshOf([
      (task) => {
        seen.push(task.params)
        return computing()(task)
      },
    ])
    const { job } = await submit(ann.peer, { redundancy: 1 })
    await until(() => isDone(ann.peer, job))
    expect(seen[0]).toEqual({ secret: MARKER, limits: LIMITS })
  })

  it('[K6] leaves nothing where it was computed: key, inputs and outputs go with its end, without the hour of others', async () => {
    const { ann, others } = await meshOf([computing(), computing()])
    const { job } = await submit(ann.peer)
    await until(() => isDone(ann.peer, job))
    const { manifest, units } = stateOf(ann.peer, job)
    const outputs = [...units.values()].map(({ verified }) => verified!.cid)
    const cids = [manifest.inputs['data']!, manifest.encryption!.secrets, ...outputs]
    for (const { peer, home } of others) {
      await until(() => cids.every((cid) => !peer.blobs.has(cid)))
      await stop(peer)
      expect(keysIn(home)).toEqual([])
    }
    expect(ann.peer.runtime.keyOf(stateOf(ann.peer, job))).toBeDefined()
    await ann.peer.runtime.dispatch({ kind: 'job-removed', at_ms: Date.now(), job_id: job })
    await stop(ann.peer)
    expect(keysIn(ann.home)).toEqual([])
  })

  it('[K6] leaves no key where units of it were withdrawn, nor where its requester lost trust', async () => {
    const clock = setClock()
    const gates = [gated(computing()), gated(computing())]
    const { ann, others } = await meshOf(
      gates.map(({ behaviour }) => behaviour),
      clock,
    )
    const { job } = await submit(ann.peer)
    await until(() => gates.every(({ asked }) => asked() > 0))
    const [bob, cy] = others.map(({ peer }) => peer)
    expect(bob!.keys.all().length).toBe(1)
    const at_ms = Date.now()
    await cy!.runtime.dispatch({ kind: 'trust-set', at_ms, peer: ann.peer.peer, trust: 0 })
    await until(() => cy!.keys.all().length === 0)
    await ann.peer.runtime.dispatch({ kind: 'job-paused', at_ms, job_id: job })
    await until(() =>
      [...bob!.runtime.state.provider.holdings.values()].every(({ units }) => units.size === 0),
    )
    // The next award would come within half a minute.
    let looks = 0
    const stopCounting = bob!.runtime.onNotices((notices) => {
      looks += notices.filter(({ kind }) => kind === 'ticked').length
    })
    await until(() => looks > 1)
    stopCounting()
    expect(bob!.keys.all().length).toBe(1)
    clock.passedMs += 31_000
    await until(() => bob!.keys.all().length === 0)
    // Commitments from that far ahead would be refused.
    clock.passedMs = 0
    for (const { open } of gates) open()
    await ann.peer.runtime.dispatch({ kind: 'job-resumed', at_ms: Date.now(), job_id: job })
    await until(() => bob!.keys.all().length === 1)
  })

  it('[K5] goes on after both sides were killed in the middle of it', async () => {
    const gate = gated(computing())
    const { ann, others } = await meshOf([gate.behaviour])
    const { job, key } = await submit(ann.peer, { redundancy: 1 })
    await until(() => gate.asked() > 0)
    await stop(others[0]!.peer, 'crash')
    await stop(ann.peer, 'crash')
    gate.open()
    const network = createMemoryNetwork()
    const again = await start(network, computing(), { home: ann.home, shares: false })
    const bob = await start(network, computing(), { home: others[0]!.home })
    await until(() => isDone(again.peer, job))
    expect(again.peer.runtime.keyOf(stateOf(again.peer, job))).toEqual(key)
    await until(() => !isUnderWay(stateOf(again.peer, job)))
    expect(bytesBelow(bob.home.folder).includes(MARKER)).toBe(false)
  })

  it('[K7] does not end with an output that does not open: its provider is found wrong', async () => {
    const { network, ann, others } = await meshOf([computing()])
    const liar = others[0]!.peer
    const store = liar.blobs.putUnflushed.bind(liar.blobs)
    liar.blobs.putUnflushed = (bytes, keeper) => store(new Uint8Array(randomBytes(bytes.byteLength)), keeper)
    const { job } = await submit(ann.peer, { redundancy: 1 })
    await until(() => stateOf(ann.peer, job).rejectedOutputs > 0)
    expect(stateOf(ann.peer, job).stored).toBe(0)
    expect(ann.peer.runtime.state.requester.records.get(liar.peer)?.quality).toBeLessThan(1)
    const bob = await start(network, computing())
    await pairPeers(ann.peer, bob.peer)
    await until(() => isDone(ann.peer, job))
    for (const { verified } of stateOf(ann.peer, job).units.values())
      expect(verified?.winners).toEqual([bob.peer.peer])
  })

  it('[K7] takes no tiny output that does not open, nor one of another unit', async () => {
    const network = createMemoryNetwork()
    const ann = await start(network, computing(), { shares: false })
    const mallory = await startAttacker(network)
    await mallory.pair(ann.peer, 0.9)
    const { job, manifestCid, key } = await submit(ann.peer, { redundancy: 1 })
    await until(() => {
      mallory.offer(stateOf(ann.peer, job).manifest)
      return mallory.awards.length > 0
    })
    expect(mallory.keys[0]).toEqual(key)
    const { unit_index, attempt } = mallory.awards[0]!.units[0]!
    const tell = (inline: Uint8Array): Promise<string> => {
      const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 5 }
      const outcome = { kind: 'output', cid: cidOfBytes(inline), metrics, inline }
      const envelope = mallory.receipts(ann.peer.peer, job, manifestCid, [{ unit_index, attempt, outcome }])
      return mallory.send(ann.peer.peer, { kind: 'results', envelope })
    }
    const output = new Uint8Array(Buffer.from('hello'))
    expect(await tell(output)).toBe('not-opened')
    expect(await tell(sealBytes(outputSeal(key, unit_index + 1), output))).toBe('not-opened')
    expect(stateOf(ann.peer, job).verified).toBe(0)
    expect(await tell(sealBytes(outputSeal(key, unit_index), output))).toBe('taken')
    await until(() => stateOf(ann.peer, job).verified === 1)
    await mallory.stop()
  })

  it('[K4] has one key: an award with another one is refused', async () => {
    const gate = gated(computing())
    const { ann, others } = await meshOf([gate.behaviour])
    const { job, key } = await submit(ann.peer, { redundancy: 1 })
    await until(() => gate.asked() > 0)
    const refused = () =>
      ann.peer.journaled().flatMap((event) => (event.kind === 'award-refused' ? [event.fault.message] : []))
    const other = newJobKey()
    ann.peer.keys.find = () => other
    const at_ms = Date.now()
    await ann.peer.runtime.dispatch({ kind: 'job-paused', at_ms, job_id: job })
    await ann.peer.runtime.dispatch({ kind: 'job-resumed', at_ms, job_id: job })
    await until(() => refused().length > 0)
    expect(refused()[0]).toContain('another key')
    expect(others[0]!.peer.keys.find({ requester: ann.peer.peer, job })).toEqual(key)
    gate.open()
  })

  it('[K4] brings no key to peers that were not asked', async () => {
    const network = createMemoryNetwork()
    const bob = await start(network, computing())
    const mallory = await startAttacker(network)
    await mallory.pair(bob.peer, 0.9)
    const unit = { unit_index: 0, attempt: 1, role: 'primary' }
    const manifest_cid = await bob.peer.blobs.put(INPUT)
    const award = { award_id: 'a', job_id: 'job-a', manifest_cid, units: [unit], due_in_ms: 1_000 }
    const answer = await mallory.send(bob.peer.peer, { kind: 'award', award, key: newJobKey() })
    expect(answer).not.toBe('taken')
    expect(bob.peer.keys.all()).toEqual([])
    await mallory.stop()
  })

  it('[K4] that names a dataset, or comes twice, is refused', async () => {
    const { ann } = await meshOf([])
    const dataset = { required_dataset: 'bafy' as JobManifest['algorithm_id'] }
    await expect(submit(ann.peer, { changes: dataset })).rejects.toMatchObject({
      fault: { kind: 'bad-input' },
    })
    const { job } = await submit(ann.peer, { redundancy: 2 })
    await expect(submit(ann.peer, { changes: { job_id: job } })).rejects.toMatchObject({
      fault: { kind: 'bad-input' },
    })
    expect(ann.peer.runtime.keyOf(stateOf(ann.peer, job))).toBeDefined()
  })
})

it('[K6] nothing is kept, sealed or not, of a job that was never submitted', async () => {
  const network = createMemoryNetwork()
  const { peer, home } = await start(network, computing())
  const missing = `bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy` as Cid
  const inputs = { data: await peer.blobs.put(INPUT), gone: missing }
  await expect(submit(peer, { changes: { inputs } })).rejects.toMatchObject({
    fault: { kind: 'blob-missing' },
  })
  expect([peer.keys.all(), peer.blobs.owned('job:')]).toEqual([[], []])
  // As a crash leaves it that comes while inputs are sealed.
  const sealed = await peer.blobs.putUnflushed(randomBytes(100), { owner: 'job:never' })
  await stop(peer)
  const again = await start(createMemoryNetwork(), computing(), { home })
  expect([again.peer.blobs.has(sealed), again.peer.blobs.owned('job:')]).toEqual([true, []])
})

describe('a split job that is encrypted', () => {
  it('[K4] has its parts sealed each for its unit', async () => {
    const seen = new Map<number, string>()
    const reading: Behaviour = (task) => {
      const part = contentOf(task, 'input')
      seen.set(task.unitIndex!, part.toString())
      return done(new Uint8Array(Buffer.from(`${part.toString()} read`)))
    }
    const { ann } = await meshOf([reading, reading])
    // Equal parts are different bytes when they are sealed.
    const texts = [`${MARKER} 0`, 'the same', 'the same']
    const parts: Cid[] = []
    for (const text of texts) parts.push(await ann.peer.blobs.put(Buffer.from(text)))
    const list = await ann.peer.blobs.put(encodeCanonical(parts))
    const { job } = await submit(ann.peer, { changes: { parts: list, unit_count: texts.length, inputs: {} } })
    await until(() => isDone(ann.peer, job))
    expect([0, 1, 2].map((unit) => seen.get(unit))).toEqual(texts)
    const { units } = stateOf(ann.peer, job)
    expect(new Set([...units.values()].map(({ verified }) => verified!.cid)).size).toBe(3)
  })
})
