import { readFile, rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { submittedAs, ModuleRequest, type JobStatus } from '#contract'
import { assemblePeer, type AssembledPeer } from '../../assemble.ts'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import type { Runner, RunOutcome, RunTask } from '../../ports/runner.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { LENT_LIMITS } from '../../protocol/unit-limits.ts'
import { createBrowserSessions } from '../../api/transport/browser-sessions.ts'
import type { Api } from '../../api/api.ts'
import { apiOfPeer } from '../../api/api-of-peer.fixture.ts'
import { connectFolder, type ApiClient } from '../../api/transport/client.ts'
import { faultOfRejected } from '../../api/transport/rejected.fixture.ts'
import { serveApi, type ApiServer } from '../../api/transport/server.ts'
import { blobChunks, uploadSource } from '../../api/transport/transfer.ts'

/** One peer that serves its API, with a runner in this process: what modules do is up to the test. */
interface Served {
  readonly peer: AssembledPeer
  readonly client: ApiClient
  stop(): Promise<void>
}

let folder: string
let running: Served[]
const defects: unknown[] = []
/** Runs one unit of a module: its output as text, made of the module's and the input's text. */
let behave: (module: string, input: string, task: RunTask) => Promise<RunOutcome> | RunOutcome

beforeEach(async () => {
  folder = await newMeasuredFolder('meshwork-modules-')
  running = []
  behave = (module, input) => done(`${module}(${input})`)
})

afterEach(async () => {
  await Promise.all(running.map((served) => served.stop()))
  await rm(folder, { recursive: true, force: true })
  expect(defects).toEqual([])
})

function done(text: string, fuel = text.length): RunOutcome {
  const bytes = new TextEncoder().encode(text)
  const metrics = {
    wall_ms: 1,
    cpu_ms: 1,
    peak_memory_bytes: 0,
    input_bytes: 0,
    output_bytes: bytes.length,
    fuel,
  }
  return { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics }
}

const failed = (kind: 'module-refused' | 'trapped', message: string): RunOutcome => ({
  kind: 'failed',
  fault: { kind, message },
})

/** A module whose text begins with `bad` is refused. */
function fakeRunner(): Runner {
  const text = async (task: RunTask, role: string) => {
    const input = task.inputs[role]
    if (input === undefined) return ''
    return 'path' in input ? readFile(input.path, 'utf8') : new TextDecoder().decode(input.content)
  }
  const engine = 'fake'
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    algorithms: () => [
      { algorithmId: moduleRules.id, version: moduleRules.version, scope: 'shared', limited: true, engine },
      { algorithmId: 'wasm.check', version: '1.0.0', scope: 'local', engine },
    ],
    concurrency: 2,
    setConcurrency: () => undefined,
    cancel: () => undefined,
    benchmark: () => Promise.resolve(1),
    async run(tasks, { finished, signal }) {
      for (const task of tasks) {
        const module = await text(task, 'module')
        const outcome = module.startsWith('bad')
          ? failed('module-refused', 'module refused: not WebAssembly at byte 0')
          : task.algorithmId === 'wasm.check'
            ? done('')
            : await behave(module, await text(task, 'input'), task)
        finished(task, signal.aborted ? failed('trapped', 'too late') : outcome)
      }
    },
  }
}

async function startPeer({ withApi = true } = {}): Promise<Served> {
  const peer = await assemblePeer({
    folder,
    name: 'served',
    listen: [],
    mdns: false,
    bootstrap: [],
    share: { cores: 2, ramGb: 8 },
    fatal: (error) => defects.push(error),
    report: () => undefined,
    warn: () => undefined,
    wrapRunner: fakeRunner,
  })
  let api: Api | undefined
  let server: ApiServer | undefined
  if (withApi) {
    api = apiOfPeer(peer, folder, { report: (error) => defects.push(error) })
  }
  await peer.start()
  if (api !== undefined)
    server = await serveApi({ api, folder, random: peer.random, sessions: createBrowserSessions(peer) })
  const client = server === undefined ? undefined : await connectFolder(folder)
  const served: Served = {
    peer,
    get client() {
      return client ?? expect.unreachable('this peer serves no API')
    },
    async stop() {
      running = running.filter((one) => one !== served)
      client?.close()
      await server?.stop()
      await api?.stop()
      await peer.stop()
    },
  }
  running.push(served)
  return served
}

async function upload({ client }: Served, text: string): Promise<Cid> {
  const bytes = new TextEncoder().encode(text)
  const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length))
  return uploadSource(client.calls, { bytes: bytes.byteLength, read })
}

async function follow({ client }: Served, job_id: JobId): Promise<JobStatus> {
  let last: JobStatus | undefined
  for await (const status of await client.calls.jobs.watch({ job_id })) last = status
  return last!
}

async function resultText({ client }: Served, job_id: JobId): Promise<string> {
  const { cid, bytes } = await client.calls.jobs.result({ job_id })
  const chunks: Uint8Array[] = []
  for await (const chunk of blobChunks(client.calls, cid)) chunks.push(chunk)
  expect(Buffer.concat(chunks).byteLength).toBe(bytes)
  return Buffer.concat(chunks).toString()
}

describe('a module as a job', () => {
  it('has one unit and its output as result when it reads one file or nothing', async () => {
    const served = await startPeer()
    const { jobs } = served.client.calls
    const [module, input] = [await upload(served, 'm'), await upload(served, 'in')]
    const one = await jobs.submit({
      kind: 'module',
      module,
      input: { kind: 'file', cid: input },
      redundancy: 1,
    })
    expect(one.units).toBe(1)
    expect(one.job_id).toMatch(/^module-[a-z2-9]{8}$/)
    expect(one).not.toHaveProperty('reduced_by')
    expect(await follow(served, one.job_id)).toMatchObject({ state: { kind: 'done' }, fuel: 5 })
    expect(await resultText(served, one.job_id)).toBe('m(in)')
    behave = (_, __, task) => done(`[${task.unitIndex}]`)
    const many = await jobs.submit({
      kind: 'module',
      module,
      input: { kind: 'nothing', units: 12 },
      redundancy: 1,
    })
    await follow(served, many.job_id)
    expect(await resultText(served, many.job_id)).toBe('[0][1][2][3][4][5][6][7][8][9][10][11]')
  })

  it('[V11] is compared as its request says, by a module too, which is looked at first and kept', async () => {
    const served = await startPeer()
    const { jobs } = served.client.calls
    const [module, near, bad] = [
      await upload(served, 'm'),
      await upload(served, 'n'),
      await upload(served, 'bad'),
    ]
    const request = { kind: 'module', module, redundancy: 1 } as const
    const comparator = { name: 'module', cid: near } as const
    const { job_id } = await jobs.submit({ ...request, comparator })
    expect(served.peer.blobs.owners(near)).toContain(`kept:${job_id}`)
    expect(await follow(served, job_id)).toMatchObject({ state: { kind: 'done' }, comparator })
    const refused = jobs.submit({ ...request, comparator: { name: 'module', cid: bad } })
    expect(await faultOfRejected(refused)).toMatchObject({ kind: 'module-refused' })
    const exact = await jobs.submit({ ...request, comparator: { name: 'exact-hash' } })
    expect(await follow(served, exact.job_id)).not.toHaveProperty('comparator')
  })

  it('has a unit for each so many lines or bytes, or for each file, and joins their outputs in order', async () => {
    const served = await startPeer()
    const { jobs } = served.client.calls
    const module = await upload(served, 'm')
    const cid = await upload(served, 'a\nb\nc\nd\ne\n')
    const files = [await upload(served, 'x'), await upload(served, 'y'), await upload(served, 'x')]
    const cases = [
      [{ kind: 'lines', cid, lines: 2 }, 3, 'm(a\nb\n)m(c\nd\n)m(e\n)'],
      [{ kind: 'bytes', cid, bytes: 4 }, 3, 'm(a\nb\n)m(c\nd\n)m(e\n)'],
      [{ kind: 'files', cids: files }, 3, 'm(x)m(y)m(x)'],
      [{ kind: 'lines', cid: await upload(served, ''), lines: 2 }, 1, 'm()'],
    ] as const
    for (const [input, units, result] of cases) {
      const submitted = await jobs.submit({
        kind: 'module',
        module,
        input: input.kind === 'files' ? { ...input, cids: [...input.cids] } : input,
        redundancy: 1,
      })
      expect(submitted.units).toBe(units)
      await follow(served, submitted.job_id)
      expect(await resultText(served, submitted.job_id)).toBe(result)
    }
  })

  it('is refused at once, with one line, when the sandbox does not take it or its reduce module', async () => {
    const served = await startPeer()
    const { jobs } = served.client.calls
    const [good, bad] = [await upload(served, 'good'), await upload(served, 'bad')]
    const line = { kind: 'module-refused', message: 'module refused: not WebAssembly at byte 0' }
    expect(await faultOfRejected(jobs.submit({ kind: 'module', module: bad }))).toEqual(line)
    expect(await faultOfRejected(jobs.submit({ kind: 'module', module: good, reduce: bad }))).toEqual(line)
    const missing = `bafkrei${'a'.repeat(52)}` as Cid
    expect(await faultOfRejected(jobs.submit({ kind: 'module', module: missing }))).toMatchObject({
      kind: 'blob-missing',
    })
    const files = { kind: 'files' as const, cids: [missing] }
    expect(await faultOfRejected(jobs.submit({ kind: 'module', module: good, input: files }))).toMatchObject({
      kind: 'blob-missing',
    })
    expect(await jobs.list()).toEqual([])
  })

  it('keeps its module and parts as long as it is there, and nothing longer', async () => {
    const served = await startPeer()
    const { blobs } = served.peer
    const { jobs } = served.client.calls
    const module = await blobs.put(new TextEncoder().encode('m'))
    const reduce = await blobs.put(new TextEncoder().encode('r'))
    const cid = await blobs.put(new TextEncoder().encode('a\nb\n'))
    const part = await blobs.put(new TextEncoder().encode('b\n'))
    const input = { kind: 'lines' as const, cid, lines: 1 }
    const { job_id } = await jobs.submit({ kind: 'module', module, input, reduce, redundancy: 1 })
    await follow(served, job_id)
    const pinned = () => [module, reduce, part].map((blob) => blobs.info(blob)?.pinned)
    expect(pinned()).toEqual([true, true, true])
    await jobs.remove({ job_id })
    await expect.poll(pinned).toEqual([false, false, false])
  })

  it('tells what it may use by default, and what it was asked for', () => {
    const module = `bafkrei${'a'.repeat(52)}`
    const parsed = ModuleRequest.parse({ kind: 'module', module, limits: { fuel: 77 } })
    expect(parsed.limits).toMatchObject({ fuel: 77, memory_pages: 4_096, wall_ms: 60_000 })
    expect(ModuleRequest.safeParse({ kind: 'module', module, limits: { fuel: 1.5 } }).success).toBe(false)
    expect(ModuleRequest.safeParse({ kind: 'module', module, args: ['a\0b'] }).success).toBe(false)
  })
})

describe('map and reduce', () => {
  /** Submits a map job of three units whose outputs `r` combines. */
  async function submitMap(served: Served): Promise<JobId> {
    const { jobs } = served.client.calls
    const cid = await upload(served, 'a\nb\nc\n')
    const submitted = await jobs.submit({
      kind: 'module',
      module: await upload(served, 'm'),
      input: { kind: 'lines', cid, lines: 1 },
      reduce: await upload(served, 'r'),
      redundancy: 1,
      description: 'letters',
      args: ['--map'],
      seed: 9,
      limits: { fuel: 1_000 },
    })
    const { job_id, reduced_by } = submittedAs('module', submitted)
    expect(reduced_by).toBe(`${job_id}-reduce`)
    return job_id
  }
  const reduceOf = (job: JobId) => `${job}-reduce` as JobId

  it('the outputs, in order, are the input of one more job, whose output is the result', async () => {
    const served = await startPeer()
    const job_id = await submitMap(served)
    const status = await follow(served, job_id)
    expect(status).toMatchObject({
      state: { kind: 'done' },
      reduced_by: { job_id: reduceOf(job_id), state: { kind: 'done' } },
    })
    expect(await resultText(served, job_id)).toBe('r(m(a\n)m(b\n)m(c\n))')
    expect(await resultText(served, reduceOf(job_id))).toBe('r(m(a\n)m(b\n)m(c\n))')
    const { manifest } = served.peer.runtime.state.requester.jobs.get(reduceOf(job_id))!
    expect(manifest).toMatchObject({
      description: 'letters (reduce)',
      unit_count: 1,
      params: { seed: 9 },
      limits: { fuel: 1_000 },
      result: 'joined',
    })
    expect(manifest.params).not.toHaveProperty('args')
    expect(manifest).not.toHaveProperty('parts')
  })

  it('the status says where the reduce job stands, and why it failed', async () => {
    const served = await startPeer()
    const { jobs } = served.client.calls
    behave = (module) => (module === 'r' ? failed('trapped', 'unreachable') : done('x'))
    const job_id = await submitMap(served)
    expect((await jobs.status({ job_id })).reduced_by).toEqual({
      job_id: reduceOf(job_id),
      state: { kind: 'waiting' },
    })
    expect(await faultOfRejected(jobs.result({ job_id }))).toMatchObject({ kind: 'bad-input' })
    const status = await follow(served, job_id)
    expect(status.state.kind).toBe('done')
    expect(status.reduced_by?.state).toMatchObject({ kind: 'failed', fault: { kind: 'trapped' } })
    expect(await faultOfRejected(jobs.result({ job_id }))).toMatchObject({ kind: 'bad-input' })
  })

  it('are removed together, cancelled one after the other, and not one without the other', async () => {
    const served = await startPeer()
    const { jobs } = served.client.calls
    const gate = Promise.withResolvers<RunOutcome>()
    behave = (module) => (module === 'r' ? gate.promise : done('x'))
    const job_id = await submitMap(served)
    await expect.poll(async () => (await jobs.status({ job_id })).reduced_by?.state.kind).toBe('running')
    expect(await faultOfRejected(jobs.remove({ job_id }))).toMatchObject({ kind: 'bad-input' })
    await jobs.cancel({ job_id })
    expect((await jobs.status({ job_id })).reduced_by?.state.kind).toBe('cancelled')
    gate.resolve(done('late'))
    const alone = await faultOfRejected(jobs.remove({ job_id: reduceOf(job_id) }))
    expect(alone.message).toBe(`job ${reduceOf(job_id)} is a part of ${job_id}; remove that one`)
    await jobs.remove({ job_id })
    expect(await jobs.list()).toEqual([])
  })

  it('a map job that was done when the peer stopped is followed after the restart, once', async () => {
    const first = await startPeer()
    const gate = Promise.withResolvers<undefined>()
    behave = async (module, input) => {
      await gate.promise
      return done(`${module}(${input})`)
    }
    const job_id = await submitMap(first)
    await first.stop()
    const second = await startPeer({ withApi: false })
    gate.resolve(undefined)
    const { jobs } = second.peer.runtime.state.requester
    await expect.poll(() => jobs.get(job_id)?.status.state).toBe('done')
    expect(jobs.has(reduceOf(job_id))).toBe(false)
    await second.stop()
    for (const restart of ['first', 'second']) {
      const served = await startPeer()
      const status = await follow(served, job_id)
      expect([restart, status.reduced_by?.state.kind]).toEqual([restart, 'done'])
      expect(served.peer.runtime.state.requester.jobs.size).toBe(2)
      expect(await resultText(served, job_id)).toBe('r(m(a\n)m(b\n)m(c\n))')
      await served.stop()
    }
  })
})

describe('what is lent to modules', () => {
  it('is shown and changed, what is not named stays, and it survives a restart', async () => {
    const served = await startPeer()
    expect((await served.client.calls.node.info()).lent).toEqual(LENT_LIMITS)
    const lent = await served.client.calls.node.lend({ limits: { fuel: 123, wall_ms: 5_000 } })
    expect(lent).toEqual({ ...LENT_LIMITS, fuel: 123, wall_ms: 5_000 })
    await served.stop()
    const again = await startPeer()
    expect(await again.client.calls.node.info()).toMatchObject({
      lent,
      lent_set: { fuel: 123, wall_ms: 5_000 },
    })
    expect(await again.client.calls.node.lend({ limits: { fuel: 9 }, reset: true })).toEqual({
      ...LENT_LIMITS,
      fuel: 9,
    })
    expect((await again.client.calls.node.info()).lent_set).toEqual({ fuel: 9 })
  })

  it('says why a job that asks for more waits', async () => {
    const served = await startPeer()
    const { jobs, node } = served.client.calls
    await node.lend({ limits: { fuel: 999 } })
    const module = await upload(served, 'm')
    const { job_id } = await jobs.submit({ kind: 'module', module, redundancy: 1, limits: { fuel: 1_000 } })
    await expect.poll(async () => (await jobs.status({ job_id })).waiting?.message).toContain('999 are lent')
    await node.lend({ limits: { fuel: 1_000 } })
    expect((await follow(served, job_id)).state.kind).toBe('done')
  })
})
