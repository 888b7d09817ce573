import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { sharingNow } from '../peer/sharing/sharing-view.ts'
import type { JobId } from '../protocol/ids.ts'
import { POLICY } from '../protocol/policy.ts'
import { HEARTBEAT_MS } from '../protocol/limits.ts'
import {
  createMemoryNetwork,
  honest,
  newHome,
  outputOf,
  pairPeers,
  setClock,
  startPeer,
  testJob,
  until,
  type Behaviour,
  type TestPeer,
} from './mesh.fixture.ts'

const running: TestPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

async function mesh(...behaviours: Behaviour[]): Promise<TestPeer[]> {
  const network = createMemoryNetwork()
  for (const behave of behaviours) running.push(await startPeer(network, await newHome(), behave))
  const peers = [...running]
  for (const [i, a] of peers.entries()) for (const b of peers.slice(i + 1)) await pairPeers(a, b)
  await until(() => peers.every((peer) => seesEverybody(peer, peers)))
  return peers
}

/** Whether a peer knows what all others share. */
function seesEverybody({ peer, runtime }: TestPeer, peers: readonly TestPeer[]): boolean {
  const { commitments } = runtime.state.view
  return peers.every((other) => {
    const shared = commitments.get(other.peer)
    return (
      other.peer === peer || (shared !== undefined && shared.availability_slots[0]?.algorithms.length === 1)
    )
  })
}

function jobOf(peer: TestPeer | undefined, job: JobId) {
  const found = peer?.runtime.state.requester.jobs.get(job)
  if (found === undefined) throw new Error(`no job ${job}`)
  return found
}

describe('three peers with real storage', () => {
  it('[W2] verify every unit by two distinct peers and bring every output to the requester', async () => {
    const [alice] = await mesh(honest, honest, honest)
    const { job } = await alice!.runtime.submit(testJob(alice!.peer, 40, 2))
    await until(() => jobOf(alice, job).status.state !== 'running')
    const { status, units, rejectedOutputs } = jobOf(alice, job)
    expect(status.state).toBe('done')
    expect(rejectedOutputs).toBe(0)
    for (const { verified } of units.values()) {
      expect(verified?.stored).toBe(true)
      expect(new Set(verified?.winners).size).toBeGreaterThanOrEqual(2)
    }
  })

  it('[V3] a liar changes nothing in the result, is counted, and loses its standing', async () => {
    const liar: Behaviour = (task) => outputOf(`lie about ${task.unitIndex ?? -1}`)
    const patient: Behaviour = async (task) => {
      await new Promise((resolve) => setTimeout(resolve, 10))
      return honest(task)
    }
    const [alice, , mallory] = await mesh(patient, patient, liar)
    const { job } = await alice!.runtime.submit(testJob(alice!.peer, 40, 3))
    await until(() => jobOf(alice, job).status.state !== 'running')
    const { status, units, rejectedOutputs } = jobOf(alice, job)
    expect(status.state).toBe('done')
    expect(rejectedOutputs).toBeGreaterThan(0)
    for (const { verified } of units.values()) expect(verified?.winners).not.toContain(mallory!.peer)
    expect(alice!.runtime.state.requester.records.get(mallory!.peer)?.quality).toBeLessThan(0.9)
  })

  it('[W8] a unit that fails everywhere ends its job with its own fault', async () => {
    const failing: Behaviour = (task) =>
      task.unitIndex === 3
        ? { kind: 'failed', fault: { kind: 'unit-failed', message: 'division by zero' } }
        : honest(task)
    const [alice] = await mesh(failing, failing, failing)
    const { job } = await alice!.runtime.submit(testJob(alice!.peer, 10, 2))
    await until(() => jobOf(alice, job).status.state !== 'running')
    const { status } = jobOf(alice, job)
    expect(status).toMatchObject({
      state: 'failed',
      fault: { kind: 'unit-failed', message: 'unit 3 failed: division by zero' },
    })
  })

  it('[W28] a job whose units take more than a day is refused in one line, and kept nowhere', async () => {
    const [alice] = await mesh(honest)
    const job = { ...testJob(alice!.peer, 1, 1), estimated_duration_seconds: 86_401 }
    await expect(alice!.runtime.submit(job)).rejects.toMatchObject({
      fault: {
        kind: 'bad-input',
        message: 'a unit takes 86401 s by its estimate, and none may run for more than 86400 s',
      },
    })
    expect(alice!.runtime.state.requester.jobs.size).toBe(0)
  })

  it('[P11] a job with less redundancy than the policy wants is refused in one line', async () => {
    const [alice] = await mesh(honest)
    const verification = { ...POLICY.verification, redundancy_min: 2 }
    const policy = { ...POLICY, verification }
    await alice!.runtime.dispatch({ kind: 'policy-set', at_ms: Date.now(), policy })
    await expect(alice!.runtime.submit(testJob(alice!.peer, 1, 1))).rejects.toMatchObject({
      fault: {
        kind: 'bad-input',
        message: "each unit must be computed by 2 peers at least, by this peer's policy",
      },
    })
    await alice!.runtime.submit(testJob(alice!.peer, 1, 2))
    expect(alice!.runtime.state.requester.jobs.size).toBe(1)
  })

  it('[T1] a stranger that knows a peer id gets only a refusal', async () => {
    const [alice] = await mesh(honest)
    const network = createMemoryNetwork()
    const stranger = await startPeer(network, await newHome(), honest)
    running.push(stranger)
    expect(stranger.runtime.state.pairing.contacts.size).toBe(0)
    const invite = await alice!.runtime.invite(1, 60_000)
    // Another network: no peer is reachable there, whatever the code says.
    await expect(stranger.runtime.pair(invite, 1, AbortSignal.timeout(2_000))).rejects.toMatchObject({
      fault: { kind: 'unreachable' },
    })
  })

  it('[T2] an invite opens once', async () => {
    const network = createMemoryNetwork()
    const [a, b, c] = await Promise.all(
      [1, 2, 3].map(async () => startPeer(network, await newHome(), honest)),
    )
    running.push(a!, b!, c!)
    const invite = await a!.runtime.invite(0.5, 60_000)
    await b!.runtime.pair(invite, 0.7, AbortSignal.timeout(120_000))
    await expect(c!.runtime.pair(invite, 0.7, AbortSignal.timeout(120_000))).rejects.toMatchObject({
      fault: { kind: 'invite-refused' },
    })
    expect(a!.runtime.state.pairing.contacts.get(b!.peer)?.trust).toBe(0.5)
    expect(b!.runtime.state.pairing.contacts.get(a!.peer)?.trust).toBe(0.7)
    expect(a!.runtime.state.pairing.contacts.has(c!.peer)).toBe(false)
  })

  it('[W13] a damaged input is dropped, fetched again, and the unit runs all the same', async () => {
    const damagedOnce = new Set<string>()
    let toDamage: string | undefined
    /** A worker that fails when its input is not what the CID names; it damages the chosen file first, once. */
    const careful: Behaviour = async (task) => {
      const scene = task.inputs['scene']
      // After it was looked at, and before it is read.
      if (toDamage !== undefined && scene !== undefined && 'path' in scene && scene.path === toDamage) {
        toDamage = undefined
        await writeFile(scene.path, 'x'.repeat(bytes.byteLength))
      }
      const content = scene !== undefined && 'path' in scene ? await readFile(scene.path, 'utf8') : ''
      if (content.startsWith('the scene')) return honest(task)
      damagedOnce.add(task.id)
      return { kind: 'failed', fault: { kind: 'blob-corrupt', message: 'input scene is damaged' } }
    }
    const bytes = new TextEncoder().encode('the scene '.repeat(10_000))
    const [alice, bob] = await mesh(careful, careful)
    const cid = await alice!.blobs.put(bytes)
    expect(await bob!.blobs.put(bytes)).toBe(cid)
    toDamage = bob!.blobs.path(cid)
    const { job } = await alice!.runtime.submit({ ...testJob(alice!.peer, 6, 2), inputs: { scene: cid } })
    await until(() => jobOf(alice, job).status.state !== 'running')
    expect(jobOf(alice, job).status.state).toBe('done')
    expect(damagedOnce.size).toBeGreaterThan(0)
    expect(jobOf(alice, job).retried).toBe(0)
    expect(new Uint8Array(await bob!.blobs.read(cid))).toEqual(bytes)
  })

  it('[P2] a peer keeps its name over a crash, though the next start is given another', async () => {
    const home = await newHome()
    const first = await startPeer(createMemoryNetwork(), home, honest, { name: 'attic' })
    await first.crash()
    const again = await startPeer(createMemoryNetwork(), home, honest, { name: 'the machine' })
    running.push(again)
    expect(again.runtime.state.name).toBe('attic')
  })

  it('[P4] a requester that crashes in the middle of a job finishes it after the restart', async () => {
    const slow: Behaviour = async (task) => {
      await new Promise((resolve) => setTimeout(resolve, 15))
      return honest(task)
    }
    const home = await newHome()
    const friend = await newHome()
    const before = createMemoryNetwork()
    const first = await startPeer(before, home, slow)
    const other = await startPeer(before, friend, slow)
    await pairPeers(first, other)
    const { job } = await first.runtime.submit(testJob(first.peer, 30, 2))
    await until(() => jobOf(first, job).verified >= 5)
    await first.crash()
    await other.crash()
    const after = createMemoryNetwork()
    const again = await startPeer(after, home, slow)
    running.push(again, await startPeer(after, friend, slow))
    const known = jobOf(again, job)
    expect(known.verified).toBeGreaterThanOrEqual(5)
    await until(() => jobOf(again, job).status.state !== 'running')
    expect(jobOf(again, job).status.state).toBe('done')
  })
})

describe('a peer whose disk is full', () => {
  it('[Y11] pauses sharing and says so, refuses what it cannot write down, and goes on when there is room', async () => {
    const network = createMemoryNetwork()
    const disk = { isFull: false }
    const clock = setClock()
    const alice = await startPeer(network, await newHome(), honest, { clock })
    const bob = await startPeer(network, await newHome(), honest, { disk, clock })
    running.push(alice, bob)
    await pairPeers(alice, bob)
    await until(() => seesEverybody(alice, [alice, bob]))
    disk.isFull = true
    const named = bob.runtime.dispatch({ kind: 'named', at_ms: Date.now(), name: 'Bob' })
    const slotsOfBob = () => alice.runtime.state.view.commitments.get(bob.peer)?.availability_slots.length
    await until(() => slotsOfBob() === 0)
    const now = sharingNow(bob.runtime.state, { isShared: true }, Date.now())
    expect(now).toMatchObject({ kind: 'disk-full' })
    await expect(
      bob.runtime.dispatch({ kind: 'trust-set', at_ms: Date.now(), peer: alice.peer, trust: 0 }),
    ).rejects.toMatchObject({ fault: { kind: 'disk-full' } })
    const { job } = await alice.runtime.submit(testJob(alice.peer, 10, 2))
    disk.isFull = false
    await named
    // What Bob could not take meanwhile comes with the next heartbeat.
    clock.passedMs += HEARTBEAT_MS
    await until(() => jobOf(alice, job).status.state !== 'running')
    expect(jobOf(alice, job).status.state).toBe('done')
    expect(bob.runtime.state.name).toBe('Bob')
    expect(bob.runtime.state.pairing.contacts.get(alice.peer)?.trust).toBe(0.8)
  })
})
