import { spawn, type ChildProcess } from 'node:child_process'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { submittedAs, type SceneFiles } from '#contract'
import { connectApi } from '../../api/transport/client.ts'
import { sampleScene } from '../../assemble.ts'
import { hostPeer, type HostedPeer } from '../../hosted-peer.ts'
import { renderSituation, type RenderSituation } from '../../jobs/render/estimate/situation.ts'
import type { RecordedJob } from '../../jobs/render/estimate/recorded-jobs.fixture.ts'
import { pairAll, startDemoPeer, stopDemoPeer, type DemoPeer } from '../demo/demo-peers.ts'
import { uploadFile } from '../files/upload.ts'
import { hillsGlb } from './hills-scene.fixture.ts'

const USAGE = `Records renders under changing loads, with how long each took, for the replay by \`npm run bench -- estimate\`.

  node src-main/cli/mesh/estimate-recorder.fixture.ts --jobs 80 --out FILE

  --jobs N    renders to record (default 80); each takes some seconds
  --seed N    of the choice of pictures and loads (default 1)
  --out FILE  gets a line of JSON for each, after those that it has
`

/** The measured load is of the last seconds: it is waited for after the load was changed. */
const LOAD_SETTLES_MS = 11_000
/** Between two jobs, so that the last one is no part of the measured load. */
const REST_MS = 5_500
const PREVIEW_SIDE = 320

interface Plan {
  readonly scene: string
  readonly width: number
  readonly height: number
  readonly spp: number
  readonly redundancy: number
  readonly providers: number
  readonly isQueued: boolean
}

/** A requester in this process, which can look at its state, and providers in processes of their own. */
interface Bench {
  readonly hosted: HostedPeer
  readonly requester: DemoPeer
  readonly providers: readonly DemoPeer[]
  readonly scenes: ReadonlyMap<string, SceneFiles>
}

const SIZES = [
  [160, 120],
  [240, 180],
  [320, 240],
  [480, 360],
] as const

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '80' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || values.out === undefined) return void process.stdout.write(USAGE)
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-estimate-'))
  const spinners: ChildProcess[] = []
  const random = seeded(Number(values.seed))
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const providers: DemoPeer[] = []
  let hosted: HostedPeer | undefined
  try {
    hosted = await startRequester(join(folder, 'requester'))
    for (const name of ['provider-1', 'provider-2']) {
      providers.push(await startDemoPeer({ folder: join(folder, name), name, part: 'provider', cores: 1 }))
    }
    const bench = await prepare(hosted, providers, folder)
    const startedAtMs = Date.now()
    for (let i = 0; i < Number(values.jobs); i++) {
      if (i % 4 === 0) await setLoad(spinners, pick([0, 0, 1, 2]))
      const count = pick([0, 1, 2])
      const [width, height] = pick(SIZES)
      const plan: Plan = {
        ...{ width, height, providers: count, scene: pick([...bench.scenes.keys()]) },
        spp: pick([16, 32, 64, 128, 200]),
        redundancy: count > 0 && random() < 0.5 ? 2 : 1,
        isQueued: random() < 0.12,
      }
      const recorded = await recordJob(bench, plan, spinners.length, startedAtMs)
      await appendFile(values.out, `${JSON.stringify(recorded)}\n`)
      process.stdout.write(`${i + 1}: ${Math.round(recorded.outcome.tookMs)} ms, ${recorded.note}\n`)
    }
  } finally {
    for (const spinner of spinners) spinner.kill('SIGKILL')
    await Promise.all(providers.map(stopDemoPeer))
    await hosted?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function startRequester(folder: string): Promise<HostedPeer> {
  const fail = (error: unknown): void => {
    console.error(error)
    process.exitCode = 1
  }
  return hostPeer({
    folder,
    name: 'requester',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    bootstrap: [],
    serveDht: false,
    mapPort: false,
    rules: 'off',
    share: { cores: 1 },
    warn: (line) => console.error(line),
    fatal: fail,
    requestStop: () => undefined,
  })
}

async function prepare(hosted: HostedPeer, providers: readonly DemoPeer[], folder: string): Promise<Bench> {
  const { url, token } = hosted.server.endpoint
  const api = await connectApi({ url, token })
  const peerId = hosted.peer.runtime.state.me
  const requester = { name: 'requester', part: 'requester', peerId, api } as unknown as DemoPeer
  await pairAll([requester, ...providers])
  const scenes = new Map<string, SceneFiles>()
  for (const [name, bytes] of [
    ['knot', await sampleScene()],
    ['hills', hillsGlb(160)],
    ['plain', hillsGlb(12)],
  ] as const) {
    const path = join(folder, `${name}.glb`)
    await writeFile(path, bytes)
    const file = { name: `${name}.glb`, path, bytes: bytes.length }
    scenes.set(name, {
      files: [{ name: file.name, cid: await uploadFile(api.calls, file, () => undefined) }],
      main: file.name,
    })
  }
  return { hosted, requester, providers, scenes }
}

async function recordJob(bench: Bench, plan: Plan, load: number, startedAtMs: number): Promise<RecordedJob> {
  const { calls } = bench.requester.api
  const { runtime, blobs } = bench.hosted.peer
  const scene = bench.scenes.get(plan.scene)
  if (scene === undefined) throw new Error('broken promise: a scene')
  await shareWith(bench, plan.providers)
  await pause(REST_MS)
  const scale = PREVIEW_SIDE / Math.max(plan.width, plan.height)
  const { width, height, spp, redundancy } = plan
  const preview = await calls.render.previewScene({
    ...scene,
    width: Math.round(width * Math.min(1, scale)),
    height: Math.round(height * Math.min(1, scale)),
  })
  const order = { kind: 'render', ...scene, width, height, spp, redundancy } as const
  if (plan.isQueued) await calls.jobs.submit({ ...order, spp: 64 })
  if (plan.isQueued) await pause(1_000)
  const nowMs = Date.now()
  const situation: RenderSituation = renderSituation(runtime.state, nowMs)
  const sceneBytes = scene.files.reduce((sum, { cid }) => sum + (blobs.info(cid)?.bytes ?? 0), 0)
  const before = cpuTimes()
  const { job_id } = submittedAs('render', await calls.jobs.submit(order))
  for await (const { state } of await calls.jobs.watch({ job_id })) {
    if (state.kind === 'failed') throw new Error(state.fault.message)
  }
  const after = cpuTimes()
  const status = await calls.jobs.status({ job_id })
  const busyShare = (after.busy - before.busy) / Math.max(1, after.total - before.total)
  for (const { job_id: other, state } of await calls.jobs.list({})) {
    if (state.kind === 'running') for await (const _ of await calls.jobs.watch({ job_id: other }));
  }
  return {
    atS: Math.round((nowMs - startedAtMs) / 1_000),
    note: `${plan.scene}, ${load} busy cores, ${plan.providers} providers${plan.isQueued ? ', queued' : ''}`,
    load,
    busyShare: rounded(busyShare),
    input: {
      ...{ width, height, spp, frames: 1, redundancy, sceneBytes },
      ...{ sampleUs: rounded(preview.sample_us), ...situation },
    },
    outcome: {
      tookMs: status.wall_ms,
      units: status.units,
      parts: status.by_peer.map(({ peer_id, verified_units, cpu_ms, wall_ms }) => ({
        ...{ peer: peer_id, units: verified_units, cpuMs: Math.round(cpu_ms), wallMs: Math.round(wall_ms) },
      })),
    },
  }
}

/** Lets so many providers share, and waits until the requester has heard of it. */
async function shareWith({ providers, hosted }: Bench, count: number): Promise<void> {
  const { runtime } = hosted.peer
  for (const [i, { api }] of providers.entries()) {
    if (i < count) await api.calls.sharing.resume()
    else await api.calls.sharing.pause({ finish_first: false })
  }
  while (renderSituation(runtime.state, Date.now()).peers.length !== count + 1) await pause(100)
}

/** So many processes that do nothing but compute. */
async function setLoad(spinners: ChildProcess[], count: number): Promise<void> {
  while (spinners.length > count) spinners.pop()?.kill('SIGKILL')
  while (spinners.length < count) {
    spinners.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
  }
  await pause(LOAD_SETTLES_MS)
}

function cpuTimes(): { readonly busy: number; readonly total: number } {
  let [busy, total] = [0, 0]
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq
    total += times.user + times.nice + times.sys + times.irq + times.idle
  }
  return { busy, total }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** Park and Miller's generator. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

await main()
