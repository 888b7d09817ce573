import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, Measurement } from '../../bench.ts'
import { pairAll, startDemoPeer, stopDemoPeer, type DemoPeer } from '../demo/demo-peers.ts'
import { cpuSeconds } from './process-time.fixture.ts'

/** Providers besides the requester, which works too. */
const PROVIDERS = [1, 3, 6]
/** Units that wait take no processor, so that a mesh of many peers fits on few cores. */
const ENTRY = join(import.meta.dirname, 'waiting-peer.fixture.ts')
const UNITS_PER_CORE = 40
const UNIT_MS = 500
const SHORT_UNIT_MS = 100
const EFFICIENCY_MIN = 0.9
/** All peers have heard of each other, and nothing of their start is left to do. */
const SETTLE_MS = 3_000

/** Real daemons over real sockets: how much of the ideal speed-up a requester gets from 1, 3 and 6 providers. */
export const benchmark: Benchmark = {
  name: 'mesh',
  async run(report) {
    for (const providers of PROVIDERS) await measureMesh(providers, report)
  },
}

async function measureMesh(providers: number, report: (measurement: Measurement) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-bench-'))
  const peers: DemoPeer[] = []
  // A peer does not run more at once than its machine has cores.
  const cores = availableParallelism()
  try {
    for (let i = 0; i <= providers; i++) {
      const part = i === 0 ? 'requester' : 'provider'
      const name = `peer-${i}`
      peers.push(await startDemoPeer({ folder: join(folder, name), name, part, cores, entry: ENTRY }))
    }
    await pairAll(peers)
    await waitUntilMeasured(peers)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const [requester] = peers
    if (requester === undefined) return
    const lanes = peers.length * cores
    const rows = [
      { title: 'the first job, compute hosts start', unitMs: UNIT_MS, target: undefined },
      { title: 'the next job', unitMs: UNIT_MS, target: EFFICIENCY_MIN },
      { title: 'short units', unitMs: SHORT_UNIT_MS, target: undefined },
    ]
    for (const { title, unitMs, target } of rows) {
      const units = lanes * UNITS_PER_CORE
      const before_s = await cpuSeconds(peers)
      const { wall_ms, own } = await runJob(requester, units, unitMs)
      const cpuMs = ((await cpuSeconds(peers)) - before_s) * 1_000
      const efficiency = (UNITS_PER_CORE * unitMs) / wall_ms
      report({
        metric: `efficiency with ${providers} providers, units of ${unitMs / 1_000} s: ${title}`,
        value: efficiency,
        unit: 'of the ideal',
        ...(target === undefined ? {} : { target: `≥ ${target}`, met: efficiency >= target }),
        note:
          `${units} units on ${peers.length} × ${cores} cores; the requester did ` +
          `${((own * peers.length) / units).toFixed(2)} of its share; ` +
          `${(cpuMs / units).toFixed(1)} ms of processor a unit in all peers`,
      })
    }
  } finally {
    await Promise.all(peers.map(stopDemoPeer))
    await rm(folder, { recursive: true, force: true })
  }
}

async function waitUntilMeasured(peers: readonly DemoPeer[]): Promise<void> {
  for (const { api } of peers) {
    while (!(await api.calls.node.info()).algorithms.some(({ supported }) => supported)) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** @returns the time from submission to the last result, and how many units the requester did itself */
async function runJob(
  { api, peerId }: DemoPeer,
  units: number,
  wait_ms: number,
): Promise<{ wall_ms: number; own: number }> {
  const { job_id } = await api.calls.jobs.submit({
    kind: 'other',
    algorithm_id: 'test.wait',
    algorithm_version: '1.0.0',
    params: { wait_ms },
    unit_count: units,
    estimated_duration_seconds: wait_ms / 1_000,
    resources: { cpu_cores: 1, ram_gb: 0.01 },
    redundancy: 1,
  })
  for await (const { state } of await api.calls.jobs.watch({ job_id })) {
    if (state.kind === 'failed') throw new Error(state.fault.message)
  }
  const { state, verified, wall_ms, by_peer } = await api.calls.jobs.status({ job_id })
  if (state.kind !== 'done' || verified !== units) throw new Error(`${verified} of ${units} units were done`)
  return { wall_ms, own: by_peer.find(({ peer_id }) => peer_id === peerId)?.verified_units ?? 0 }
}
