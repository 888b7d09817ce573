import { access, constants, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { submittedAs, type JobStatus } from '#contract'
import { sampleScene } from '../assemble.ts'
import { faultOfCall } from '../api/transport/client.ts'
import { faultOf, refuse } from '../protocol/fault.ts'
import { printable, printableJson } from '../protocol/printable-text.ts'
import type { JobId } from '../protocol/ids.ts'
import { parseDemoOptions, type DemoOptions } from './demo/demo-options.ts'
import { pairAll, peerOf, startDemoPeer, stopDemoPeer, type DemoPeer } from './demo/demo-peers.ts'
import { createProgress, type DemoProgress } from './demo/demo-progress.ts'
import { formatReport, reportOf, type DemoReport } from './demo/demo-report.ts'
import { openResultFile, saveResult } from './files/result-file.ts'
import type { LocalFile } from './files/local-file.ts'
import { uploadFile } from './files/upload.ts'
import { sceneFiles } from './job-kinds/render/scene-files.ts'

/** The exit code for a wrong file or folder of the user's. */
const EXIT_BAD_INPUT = 2
/** The exit code for any other end without a verified picture. */
const EXIT_FAILED = 1

/** Paths brighter than four times white are rare and would take thousands of samples to become smooth. */
const CLAMP = 4

const NAMES = [
  'Ada',
  'Bea',
  'Cem',
  'Dan',
  'Eva',
  'Fay',
  'Gus',
  'Hal',
  'Ida',
  'Jan',
  'Kim',
  'Leo',
  'Mia',
  'Nia',
  'Oto',
  'Pia',
]

/** Three peers, one picture. */
async function main(options: DemoOptions): Promise<number> {
  const progress = createProgress(options.json ? 'silent' : process.stderr.isTTY ? 'bars' : 'lines')
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-demo-'))
  let scene: readonly LocalFile[]
  try {
    await makeFolder(resolve(options.out))
    scene = await sceneFiles(options.scene ?? (await builtInScene(folder)))
  } catch (error) {
    complain(faultOf(error, 'bad-input').message)
    await rm(folder, { recursive: true, force: true })
    return EXIT_BAD_INPUT
  }
  const peers: DemoPeer[] = []
  try {
    await startPeers(options, folder, peers, progress)
    const job = await submit(options, peerOf(peers, 'requester'), scene, progress)
    if (job === undefined) return EXIT_BAD_INPUT
    const { status, killed } = await follow(options, peers, job, progress)
    if (status.state.kind !== 'done') {
      complain(
        status.state.kind === 'failed' ? status.state.fault.message : `the job was ${status.state.kind}`,
      )
      return EXIT_FAILED
    }
    const report = await conclude(options, peers, status, killed, progress)
    process.stdout.write(options.json ? `${printableJson(report)}\n` : printable(formatReport(report)))
    return report.verified === report.units ? 0 : EXIT_FAILED
  } catch (error) {
    complain(error)
    return EXIT_FAILED
  } finally {
    await Promise.all(peers.map(stopDemoPeer))
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Makes a folder and those above it, one by one: where nothing can be made (/proc), Node's own recursive mkdir does
 * not return. @throws FaultError `bad-input`
 */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) return access(path, constants.W_OK)
  if (found !== undefined || dirname(path) === path) refuse('bad-input', `${path} is not a folder`)
  await makeFolder(dirname(path))
  await mkdir(path)
}

/** Writes the built-in scene where a user's own would lie, so that it takes the same way. */
async function builtInScene(folder: string): Promise<string> {
  const path = join(folder, 'cornell-knot.glb')
  await writeFile(path, await sampleScene())
  return path
}

/** The peers share this machine's cores among them: each computes with at least one. */
async function startPeers(
  options: DemoOptions,
  folder: string,
  peers: DemoPeer[],
  progress: DemoProgress,
): Promise<void> {
  progress.say(`Starting ${options.peers} peers …`)
  const cores = Math.max(1, Math.floor(availableParallelism() / options.peers))
  const started = await Promise.allSettled(
    Array.from({ length: options.peers }, (_, i) => {
      const name = NAMES[i] ?? `Peer ${i}`
      const liar = options.saboteur && i === options.peers - 1
      const part = i === 0 ? 'requester' : liar ? 'saboteur' : 'provider'
      return startDemoPeer({ folder: join(folder, name), name, part, cores })
    }),
  )
  for (const result of started) if (result.status === 'fulfilled') peers.push(result.value)
  for (const result of started) if (result.status === 'rejected') throw result.reason
  progress.say('Pairing them by invite codes …')
  await pairAll(peers)
}

/** @returns undefined when the scene was refused, which has been said then */
async function submit(
  options: DemoOptions,
  requester: DemoPeer,
  scene: readonly LocalFile[],
  progress: DemoProgress,
): Promise<JobId | undefined> {
  const { calls } = requester.api
  const { width, height, spp, tile, bounces, redundancy } = options
  const main = scene[0]?.name ?? ''
  try {
    const files = []
    for (const file of scene)
      files.push({ name: file.name, cid: await uploadFile(calls, file, () => undefined) })
    const answer = await calls.jobs.submit({
      kind: 'render',
      files,
      main,
      width,
      height,
      spp,
      tile,
      bounces,
      redundancy,
      clamp: CLAMP,
    })
    const job = submittedAs('render', answer)
    for (const warning of job.warnings) progress.say(`Note: ${warning.message}`)
    progress.say(
      `${main}: ${job.triangles ?? 0} triangles, ${width} × ${height}, ${spp} samples, ` +
        `${job.units} tiles × ${redundancy}`,
    )
    return job.job_id
  } catch (error) {
    complain(error)
    return undefined
  }
}

/** Watches the job to its end; with `--kill` one provider dies half-way. */
async function follow(
  options: DemoOptions,
  peers: readonly DemoPeer[],
  job: JobId,
  progress: DemoProgress,
): Promise<{ status: JobStatus; killed: DemoPeer | undefined }> {
  const { calls } = peerOf(peers, 'requester').api
  let killed: DemoPeer | undefined
  for await (const status of await calls.jobs.watch({ job_id: job })) {
    progress.show(status)
    if (options.kill && killed === undefined && status.verified * 2 >= status.units) {
      killed = peerOf(peers, 'provider')
      killed.process.kill('SIGKILL')
      progress.say(`Killed ${killed.name} with ${status.units - status.verified} tiles to go`)
    }
  }
  progress.end()
  return { status: await calls.jobs.status({ job_id: job }), killed }
}

async function conclude(
  options: DemoOptions,
  peers: readonly DemoPeer[],
  status: JobStatus,
  killed: DemoPeer | undefined,
  progress: DemoProgress,
): Promise<DemoReport> {
  const { calls } = peerOf(peers, 'requester').api
  const image = join(options.out, 'demo.png')
  const exr = join(options.out, 'demo.exr')
  const rendered = join(options.out, 'demo-as-rendered.png')
  await saveResult(calls, status.job_id, 'rawpng', await openResultFile(rendered))
  progress.say('Cleaning the picture …')
  const png = await saveResult(calls, status.job_id, 'png', await openResultFile(image))
  await saveResult(calls, status.job_id, 'exr', await openResultFile(exr))
  const parts = await Promise.all(
    peers.map(async (peer) => {
      const part = peer === killed ? ('killed' as const) : peer.part
      const traffic = peer === killed ? undefined : (await peer.api.calls.node.info()).traffic
      const { name, peerId } = peer
      return {
        name,
        peer_id: peerId,
        part,
        bytes_in: traffic?.bytes_in ?? 0,
        bytes_out: traffic?.bytes_out ?? 0,
      }
    }),
  )
  return reportOf(status, parts, { image, rendered, exr, image_sha256: png.sha256 })
}

/** One clear line on stderr. */
function complain(error: unknown): void {
  const message = typeof error === 'string' ? error : faultOfCall(error).message
  process.stderr.write(`demo: ${printable(message)}\n`)
}

process.exitCode = await main(parseDemoOptions(process.argv.slice(2)))
