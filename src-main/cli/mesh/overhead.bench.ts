import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark } from '../../bench.ts'
import { createRunner } from '../../compute/runner.ts'
import { machineClock } from '../../runtime/machine.ts'
import { pairAll, startDemoPeer, stopDemoPeer, type DemoPeer } from '../demo/demo-peers.ts'

/** Units that do nothing: what is left is the mesh. */
const UNITS = 10_000
const REDUNDANCY = 2
/** An honest pair of peers must notice nothing of what keeps the others out: what these took before there was any. */
const UNIT_MS_MAX = 0.35
const AWARD_MS_MAX = 80
const START_MS_MAX = 500
/** A start takes once longer and once less: the median counts. */
const STARTS = 5
/** A peer that has just started comes to rest within this time … */
const SETTLE_MS = 10_000
/** … and is then watched for so long. */
const REST_MS = 15_000
/** Clock ticks per second in /proc (sysconf(_SC_CLK_TCK), 100 on every Linux that Node supports). */
const TICKS_PER_S = 100

/** The mesh's own cost: three local peers, journal on disk, every unit verified by two. */
export const benchmark: Benchmark = {
  name: 'overhead',
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-bench-'))
    const peers: DemoPeer[] = []
    try {
      for (const [i, name] of ['one', 'two', 'three'].entries()) {
        const part = i === 0 ? 'requester' : 'provider'
        peers.push(await startDemoPeer({ folder: join(folder, name), name, part, cores: 1 }))
      }
      await pairAll(peers)
      const requester = peers[0]
      if (requester === undefined) return
      await waitUntilMeasured(peers)
      await runJob(requester, 1_000)
      const alone_ms = await runnerAlone(join(folder, 'alone'))
      const { wall_ms, first_award_ms } = await runJob(requester, UNITS)
      const perUnit = wall_ms / UNITS
      report({
        metric: `a unit that does nothing, verified by ${REDUNDANCY}`,
        value: perUnit,
        unit: 'ms',
        ratio: perUnit / (REDUNDANCY * alone_ms),
        versus: 'the runner alone',
        target: `≤ ${UNIT_MS_MAX} ms`,
        met: perUnit <= UNIT_MS_MAX,
        note: `${UNITS} units, three peers on this machine`,
      })
      report({
        metric: 'submission to first award',
        value: first_award_ms,
        unit: 'ms',
        target: `≤ ${AWARD_MS_MAX} ms`,
        met: first_award_ms <= AWARD_MS_MAX,
      })
      await atRest(folder, peers, report)
    } finally {
      await Promise.all(peers.map(stopDemoPeer))
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function waitUntilMeasured(peers: readonly DemoPeer[]): Promise<void> {
  for (const { api } of peers) {
    while ((await api.calls.node.info()).algorithms.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function runJob(
  { api }: DemoPeer,
  units: number,
): Promise<{ wall_ms: number; first_award_ms: number }> {
  const { job_id } = await api.calls.jobs.submit({
    kind: 'other',
    algorithm_id: 'mesh.noop',
    algorithm_version: '1.0.0',
    params: {},
    unit_count: units,
    estimated_duration_seconds: 0.0005,
    resources: { cpu_cores: 1, ram_gb: 0.01 },
    redundancy: REDUNDANCY,
  })
  for await (const status of await api.calls.jobs.watch({ job_id })) {
    if (status.state.kind === 'failed') throw new Error(status.state.fault.message)
  }
  const { wall_ms, first_award_ms } = await api.calls.jobs.status({ job_id })
  return { wall_ms, first_award_ms: first_award_ms ?? Number.NaN }
}

/** The same units handed to a runner directly, on one worker: ms a unit. */
async function runnerAlone(folder: string): Promise<number> {
  await mkdir(join(folder, 'blobs'), { recursive: true })
  const runner = createRunner({
    clock: machineClock,
    stagingFolder: join(folder, 'staging'),
    blobFolder: join(folder, 'blobs'),
    workers: 1,
  })
  await runner.start()
  const params = {}
  const limits = { wallMsMax: 60_000, memoryBytesMax: 2 ** 26, outputBytesMax: 1_024 }
  const tasks = Array.from({ length: UNITS }, (_, unitIndex) => ({
    id: String(unitIndex),
    algorithmId: 'mesh.noop',
    algorithmVersion: '1.0.0',
    params,
    inputs: {},
    unitIndex,
    limits,
  }))
  const run = (some: typeof tasks) =>
    runner.run(some, { signal: new AbortController().signal, finished: () => undefined })
  await run(tasks.slice(0, 100))
  const begun = performance.now()
  await run(tasks)
  const each = (performance.now() - begun) / UNITS
  await runner.stop()
  return each
}

/** Restarts one peer, which now has nothing to measure, and watches it do nothing. */
async function atRest(
  folder: string,
  peers: DemoPeer[],
  report: Parameters<Benchmark['run']>[0],
): Promise<void> {
  const last = peers.pop()
  if (last === undefined) return
  let again = last
  const startsMs: number[] = []
  for (let start = 0; start < STARTS; start++) {
    await stopDemoPeer(again)
    const begun = performance.now()
    again = await startDemoPeer({
      folder: join(folder, last.name),
      name: last.name,
      part: 'provider',
      cores: 1,
    })
    startsMs.push(performance.now() - begun)
  }
  peers.push(again)
  const coldMs = startsMs.sort((a, b) => a - b)[STARTS >> 1] ?? Number.NaN
  report({
    metric: 'cold start',
    value: coldMs / 1_000,
    unit: 's',
    target: `≤ ${START_MS_MAX / 1_000} s`,
    met: coldMs <= START_MS_MAX,
    note: `from the spawn to the first answer, with a journal to restore; the median of ${STARTS}`,
  })
  if (process.platform !== 'linux' || again.process.pid === undefined) return
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const before = await cpuMs(again.process.pid)
  await new Promise((resolve) => setTimeout(resolve, REST_MS))
  const share = (await cpuMs(again.process.pid)) - before
  const rss = await rssMb(again.process.pid)
  report({
    metric: 'a peer at rest, memory',
    value: rss,
    unit: 'MB RSS',
    target: '≤ 150 MB',
    met: rss <= 150,
  })
  const percent = (100 * share) / REST_MS
  report({
    metric: 'a peer at rest, CPU',
    value: percent,
    unit: '% of a core',
    target: '≤ 0.5 %',
    met: percent <= 0.5,
    note: `over ${REST_MS / 1_000} s, two others connected`,
  })
}

async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_S
}

async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024
}
