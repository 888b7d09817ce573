import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { noopIndex, noopTasks, outcomesOf, runnerContract } from '../ports/runner.contract.ts'
import type { Runner, RunBytes, RunFile, RunOutcome, RunTask } from '../ports/runner.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../protocol/cid.ts'
import { clock } from './clock.fixture.ts'
import { forkHost, type HostProcess, type SpawnHost } from './host/fork-host.ts'
import { findWall } from './host/wall.ts'
import { createRunner, type RunnerOptions } from './runner.ts'

const LIMITS = { wallMsMax: 20_000, memoryBytesMax: 128 << 20, outputBytesMax: 8 << 20 }
/** A host whose tasks have these is stopped soon by memory that is hoarded, before much of it is taken. */
const LITTLE_MEMORY = { ...LIMITS, memoryBytesMax: 16 << 20 }

/** Hosts end soon after their runner; a busy machine may take its time. */
const HOSTS_END = { timeout: 120_000, interval: 20 }

let folder: string
/** Hosts that were started, in order. */
const hosts: HostProcess[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-runner-'))
  await mkdir(join(folder, 'blobs'))
})
afterAll(() => rm(folder, { recursive: true }))

const watchedHost: SpawnHost = (order) => {
  const host = forkHost(order)
  hosts.push(host)
  return host
}

function runnerWith(options: Partial<RunnerOptions> = {}): Runner {
  hosts.length = 0
  return createRunner({
    clock,
    stagingFolder: join(folder, 'staging'),
    blobFolder: join(folder, 'blobs'),
    workers: 2,
    spawnHost: watchedHost,
    ...options,
  })
}

function hostileTask(deed: string, more: Partial<RunTask> = {}): RunTask {
  return {
    id: deed,
    algorithmId: `test.${deed}`,
    algorithmVersion: '1.0.0',
    params: {},
    inputs: {},
    limits: LIMITS,
    ...more,
  }
}

function killLast(): void {
  for (const host of hosts.slice(-1)) host.kill()
}

function isAlive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0)
    return true
  } catch {
    return false
  }
}

function faultKind(outcome: RunOutcome | undefined): string | undefined {
  return outcome?.kind === 'failed' ? outcome.fault.kind : outcome?.kind
}

async function startHostileRunner(): Promise<Runner> {
  const runner = runnerWith({
    registry: new URL('hostile.fixture.ts', import.meta.url),
    heapBytesMax: 64 << 20,
  })
  await runner.start()
  return runner
}

async function stopWithHosts(runner: Runner): Promise<void> {
  await runner.stop()
  await vi.waitUntil(() => hosts.every((host) => !isAlive(host.pid)), HOSTS_END)
}

async function outcomeIn(runner: Runner, task: RunTask): Promise<RunOutcome> {
  return (await outcomesOf(runner, [task])).get(task.id)!
}

runnerContract('the runner over a compute host', () => Promise.resolve(runnerWith()))

describe('the runner over a compute host', () => {
  let runner: Runner
  beforeEach(async () => {
    runner = await startHostileRunner()
  })
  afterEach(() => stopWithHosts(runner))

  it('starts no process before the first task', async () => {
    expect(hosts.length).toBe(0)
    await outcomesOf(runner, noopTasks(1))
    expect(hosts.length).toBe(1)
  })

  it('takes a change of how many run at once while its host starts', async () => {
    runner.setConcurrency(1)
    const meeting = [0, 1, 2].map((unitIndex) =>
      hostileTask('meet', { id: `m${unitIndex}`, unitIndex, params: { of: 3 } }),
    )
    const outcomes = outcomesOf(runner, meeting)
    runner.setConcurrency(3)
    expect([...(await outcomes).values()].map((o) => o.kind)).toEqual(['done', 'done', 'done'])
  })

  it('stops a task that hoards memory outside the heap among several, and runs the innocent again', async () => {
    const limits = LITTLE_MEMORY
    const innocent = [1, 2, 3].map((n) => hostileTask('progress', { id: `p${n}`, limits }))
    const tasks = [hostileTask('buffers', { limits }), ...innocent]
    const outcomes = await outcomesOf(runner, tasks)
    expect(faultKind(outcomes.get('buffers'))).toBe('memory-exhausted')
    for (const id of ['p1', 'p2', 'p3']) expect(outcomes.get(id)).toMatchObject({ kind: 'done' })
  })

  it('gives up a task that kills each host it runs in, and no other', async () => {
    const outcomes = await outcomesOf(runner, [
      ...noopTasks(30),
      hostileTask('kill-host'),
      ...noopTasks(30, 'more'),
    ])
    expect(outcomes.get('kill-host')).toMatchObject({ fault: { kind: 'runner-lost' } })
    expect([...outcomes.values()].filter((o) => o.kind === 'done').length).toBe(60)
    expect(hosts.length).toBeGreaterThanOrEqual(3)
  })

  it('runs a task again whose host died once, unnoticed by the caller', async () => {
    const outcomes = await outcomesOf(runner, [hostileTask('kill-host-once'), ...noopTasks(100)])
    expect([...outcomes.values()].every((o) => o.kind === 'done')).toBe(true)
    expect(hosts.length).toBe(2)
  })

  it('ends every task of a thousand exactly once though the host is killed half-way, three times', async () => {
    let ended = 0
    const outcomes = new Map<string, RunOutcome>()
    await runner.run(noopTasks(1_000), {
      signal: new AbortController().signal,
      finished: (task, outcome) => {
        expect(outcomes.has(task.id)).toBe(false)
        outcomes.set(task.id, outcome)
        if (++ended === 50 || ended === 300 || ended === 700) killLast()
      },
    })
    for (const task of noopTasks(1_000))
      expect(noopIndex(outcomes.get(task.id))).toBe(BigInt(task.unitIndex!))
    expect(hosts.length).toBeGreaterThan(1)
  })

  it('replaces a host whose worker cannot be stopped because it compiles', async () => {
    const compile = hostileTask('compile', { limits: { ...LIMITS, wallMsMax: 300 } })
    const outcomes = await outcomesOf(runner, [compile, hostileTask('progress'), ...noopTasks(20)])
    expect(faultKind(outcomes.get('compile'))).toBe('timed-out')
    expect([...outcomes.values()].filter((o) => o.kind === 'done').length).toBe(21)
    expect((await outcomesOf(runner, noopTasks(20))).size).toBe(20)
  })

  it('ends running tasks as cancelled at once when it is aborted, and the next ones run', async () => {
    const abort = new AbortController()
    const spins = [1, 2, 3].map((n) => hostileTask('spin', { id: `s${n}` }))
    const run = outcomesOf(runner, spins, abort.signal)
    await outcomesOf(runner, []) // nothing: the host is still starting
    setTimeout(() => abort.abort(), 300)
    expect([...(await run).values()].map(faultKind)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect((await outcomesOf(runner, noopTasks(20))).size).toBe(20)
  })

  it('removes what a cancelled task had written when its host goes', async () => {
    const abort = new AbortController()
    const run = outcomesOf(runner, [hostileTask('large-slow')], abort.signal)
    setTimeout(() => abort.abort(), 500)
    await run
    await runner.stop()
    expect(await readdir(join(folder, 'staging'))).toEqual([])
    await runner.start()
  })
})

describe('the runner over a compute host that stays', () => {
  let runner: Runner
  const outcomeOf = (task: RunTask) => outcomeIn(runner, task)
  beforeAll(async () => {
    runner = await startHostileRunner()
    await outcomesOf(runner, noopTasks(1))
  })
  afterEach(() => expect(hosts.length).toBe(1))
  afterAll(() => stopWithHosts(runner))

  it('stops a task that spins when its time is over, and goes on in the same host', async () => {
    const spin = hostileTask('spin', { limits: { ...LIMITS, wallMsMax: 200 } })
    const outcomes = await outcomesOf(runner, [spin, ...noopTasks(200)])
    expect(outcomes.get('spin')).toMatchObject({ fault: { kind: 'timed-out' } })
    expect(noopIndex(outcomes.get('unit:199'))).toBe(199n)
    expect(hosts.length).toBe(1)
  })

  it('reports what a task throws as its own fault', async () => {
    expect(await outcomeOf(hostileTask('throw'))).toMatchObject({
      kind: 'failed',
      fault: { kind: 'unit-failed', message: 'as it happens' },
    })
  })

  it('reports a library whose facts cannot be told as its fault', async () => {
    expect(faultKind(await outcomeOf(hostileTask('no-json')))).toBe('unit-failed')
    expect(hosts.length).toBe(1)
  })

  it('loses only the worker of a task that exhausts its heap', async () => {
    const outcomes = await outcomesOf(runner, [hostileTask('heap'), ...noopTasks(100)])
    expect(outcomes.get('heap')).toMatchObject({ fault: { kind: 'unit-failed' } })
    expect([...outcomes.values()].filter((o) => o.kind === 'done').length).toBe(100)
    expect(hosts.length).toBe(1)
  })

  it('survives a task that ends its worker, and one that leaves a rejection behind', async () => {
    const outcomes = await outcomesOf(runner, [
      hostileTask('exit'),
      hostileTask('reject-later'),
      ...noopTasks(50),
    ])
    expect(faultKind(outcomes.get('exit'))).toBe('unit-failed')
    expect(faultKind(outcomes.get('reject-later'))).toBe('unit-failed')
    expect([...outcomes.values()].filter((o) => o.kind === 'done').length).toBe(50)
  })

  it('brings large outputs as files and small ones as bytes', async () => {
    const outcome = await outcomeOf(hostileTask('large', { unitIndex: 7 }))
    if (outcome.kind !== 'done' || outcome.output.kind !== 'file') throw new Error('a file was expected')
    const bytes = await readFile(outcome.output.path)
    expect(bytes.byteLength).toBe((1 << 20) + 7)
    expect(bytes.every((byte) => byte === 7)).toBe(true)
    expect(outcome.extras['big']).toMatchObject({ kind: 'file', bytes: 300 << 10 })
    expect(outcome.extras['note']).toEqual({ kind: 'bytes', bytes: new TextEncoder().encode('a note') })
    expect(outcome.info).toEqual({ unitIndex: 7 })
  })

  it('refuses an output above its limit', async () => {
    const limits = { ...LIMITS, outputBytesMax: 1_000 }
    expect(faultKind(await outcomeOf(hostileTask('large', { limits })))).toBe('oversized')
  })

  it('[W41] refuses an output above what is lent, which is no fault of the unit', async () => {
    const limits = { ...LIMITS, outputBytesLent: 1_000 }
    expect(faultKind(await outcomeOf(hostileTask('large', { limits })))).toBe('quota-exceeded')
    const enough = { ...LIMITS, outputBytesLent: 2 << 20 }
    expect(faultKind(await outcomeOf(hostileTask('large', { limits: enough })))).toBe('done')
  })

  it('tells that a long task has begun, and how far it has come', async () => {
    const fractions: number[] = []
    await runner.run([hostileTask('progress')], {
      signal: new AbortController().signal,
      finished: () => undefined,
      progress: (_, fraction) => fractions.push(fraction),
    })
    expect(fractions.length).toBeGreaterThan(2)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect(fractions[0]).toBe(0)
    expect(fractions.slice(1).every((f) => f > 0 && f <= 1)).toBe(true)
  })

  it('gives each of many short tasks its own input, beside the one that all share', async () => {
    const shared = await inputOf(folder, 'shared', Buffer.from('shared'))
    const params = {}
    const tasks = await Promise.all(
      Array.from({ length: 300 }, async (_, unitIndex) =>
        hostileTask('echo', {
          id: `e${unitIndex}`,
          params,
          unitIndex,
          limits: LIMITS,
          inputs: {
            shared,
            blob: await inputOf(folder, `part${unitIndex}`, Buffer.from(`part ${unitIndex}`)),
          },
        }),
      ),
    )
    const outcomes = await outcomesOf(runner, tasks)
    for (const { id, unitIndex } of tasks) {
      expect(outcomes.get(id)).toMatchObject({
        output: { bytes: new TextEncoder().encode(`part ${unitIndex}`) },
      })
    }
  })

  it('reads inputs in place and verifies them, whole or piece by piece', async () => {
    const bytes = Buffer.from('0123456789'.repeat(1_000))
    const sha = (part: Uint8Array) => createHash('sha256').update(part).digest()
    const whole = await inputOf(folder, 'whole', bytes)
    const pieces = [bytes.subarray(0, 4_000), bytes.subarray(4_000)]
    const list: RunFile = {
      ...whole,
      cid: cidOfDigest(DAG_CBOR, sha(Buffer.from('the node'))),
      layout: {
        kind: 'list',
        node: Buffer.from('the node'),
        bytes: bytes.byteLength,
        chunks: pieces.map((p) => ({ cid: cidOfDigest(RAW, sha(p)), bytes: p.byteLength })),
      },
    }
    for (const blob of [whole, list]) {
      const outcome = await outcomeOf(hostileTask('echo', { inputs: { blob } }))
      expect(outcome).toMatchObject({ kind: 'done', metrics: { input_bytes: 10_000, output_bytes: 10_000 } })
    }
    bytes[5_000] = 0
    await writeFile(whole.path, bytes)
    for (const blob of [whole, list]) {
      expect(faultKind(await outcomeOf(hostileTask('echo', { inputs: { blob } })))).toBe('blob-corrupt')
    }
    await rm(whole.path)
    expect(faultKind(await outcomeOf(hostileTask('echo', { inputs: { blob: whole } })))).toBe('blob-missing')
  })

  it('[X13] reads small inputs that came along, verified too', async () => {
    const content = Buffer.from('0123456789'.repeat(1_000))
    const cid = cidOfDigest(RAW, createHash('sha256').update(content).digest())
    const blob: RunBytes = { cid, content, layout: { kind: 'raw', bytes: content.byteLength } }
    const outcome = await outcomeOf(hostileTask('echo', { inputs: { blob } }))
    expect(outcome).toMatchObject({ kind: 'done', metrics: { input_bytes: 10_000, output_bytes: 10_000 } })
    for (const wrong of [Buffer.from(content).fill(0, 5_000, 5_001), content.subarray(1)]) {
      const inputs = { blob: { ...blob, content: wrong } }
      expect(faultKind(await outcomeOf(hostileTask('echo', { inputs })))).toBe('blob-corrupt')
    }
  })
})

describe('the runner when hosts fail to start', () => {
  it('gives tasks up after a few attempts, and says why', async () => {
    const runner = runnerWith({
      spawnHost: (order) => watchedHost({ ...order, readable: [] }),
    })
    await runner.start()
    const outcomes = await outcomesOf(runner, noopTasks(10))
    expect([...outcomes.values()].map(faultKind)).toEqual(Array.from({ length: 10 }, () => 'runner-lost'))
    expect(hosts.length).toBe(4)
    await runner.stop()
  })
})

describe('the compute host', () => {
  it('ends by itself when its supervisor was killed', async () => {
    const script = `
      import { forkHost } from ${JSON.stringify(new URL('host/fork-host.ts', import.meta.url).href)}
      const host = forkHost({
        readable: ${JSON.stringify([join(import.meta.dirname, '..', '..')])},
        writable: ${JSON.stringify(folder)},
        bounds: { dataBytes: 1e10, cpuSeconds: 1e6, helperThreads: 1 },
        wall: ${JSON.stringify(await findWall())},
        onExit: () => process.exit(1),
        onMessage: () => console.log(host.pid),
      })
      host.send({ kind: 'configure', registry: 'file:///nowhere', staging: '/', filePrefix: 'h', workers: 1, heapBytesMax: 1e9 })
    `
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script])
    const [said] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(String(said))
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})

describe('the runner at rest', () => {
  it('lets its host go after the idle time, and starts another when there is work', async () => {
    const runner = runnerWith({ idleMs: 50 })
    await runner.start()
    await outcomesOf(runner, noopTasks(5))
    const [first] = hosts
    await expect.poll(() => isAlive(first?.pid)).toBe(false)
    expect((await outcomesOf(runner, noopTasks(5))).size).toBe(5)
    expect(hosts.length).toBe(2)
    await runner.stop()
  })
})

async function inputOf(root: string, name: string, bytes: Uint8Array): Promise<RunFile> {
  const path = join(root, 'blobs', name)
  await writeFile(path, bytes)
  const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
  return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
}
