import type { ConnectionInfo, HardwareInfo, NodeInfo, NodePulse, RoundInfo, Traffic } from '#contract'
import { activeJobs, phasesOf } from '../../peer/round-phases.ts'
import { STALE_AFTER_MS } from '../../protocol/limits.ts'
import { toMs } from '../../protocol/time.ts'
import type { Connection } from '../../ports/reach.ts'
import type { HardwareInfo as MeasuredHardware } from '../../ports/hardware.ts'
import { lentLimits } from '../../protocol/unit-limits.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { ownReachView } from './reach-view.ts'

/** The running peer as it is now. */
export async function nodeInfo(parts: ApiDependencies, startedAtMs: number): Promise<NodeInfo> {
  const { runtime, transport, runner, spelling } = parts
  const { state } = runtime
  const usage = parts.blobs.usage()
  const wall = await parts.findWall()
  return {
    peer_id: state.me,
    short_name: spelling.shortNameOf(state.me),
    name: state.name,
    version: parts.version,
    pid: process.pid,
    started_at_ms: startedAtMs,
    addresses: [...transport.addresses()],
    reach: ownReachView(parts.ownReach.now(), state.pairing.contacts),
    sharing: state.sharing.availability,
    lent: lentLimits(state.sharing.lent),
    lent_set: state.sharing.lent,
    algorithms: [...state.view.capabilities],
    workers: runner.concurrency,
    wall: wall.kind === 'none' ? wall : { kind: wall.kind },
    contacts: state.pairing.contacts.size,
    connections: transport.connections().map(connectionInfo),
    traffic: traffic(parts),
    blobs: { bytes: usage.bytes, quota_bytes: usage.quotaBytes },
    round: roundInfo(parts),
    troubles: [...parts.health.troubles()],
    rss_bytes: process.memoryUsage.rss(),
  }
}

/** This peer's rounds, and how they reach its contacts. */
export function roundInfo({ runtime, clock }: Pick<ApiDependencies, 'runtime' | 'clock'>): RoundInfo {
  const { state } = runtime
  const nowMs = clock.nowMs()
  const { converged, lapsed, last, typicalMs, open } = runtime.convergence()
  return {
    number: state.view.round,
    phases: phasesOf(state, nowMs),
    active_jobs: activeJobs(state),
    people: [...state.view.rounds.values()]
      .filter(({ timestamp }) => nowMs - toMs(timestamp) <= STALE_AFTER_MS)
      .map(({ peer_id, round, phases = [] }) => ({ peer_id, number: round, phases })),
    convergence: {
      ...{ converged, lapsed },
      ...(typicalMs === undefined ? {} : { typical_ms: typicalMs }),
      ...(last === undefined
        ? {}
        : {
            last: {
              ...{ round: last.round, took_ms: last.tookMs },
              ...{ messages: last.messages, people: last.contacts },
            },
          }),
      ...(open === undefined
        ? {}
        : { open: { round: open.round, since_ms: open.sinceMs, missing: [...open.missing] } }),
    },
  }
}

/** The figures of this node that change from moment to moment. */
export function nodePulse(parts: ApiDependencies): NodePulse {
  const { runtime, transport, clock } = parts
  const { state } = runtime
  return {
    at_ms: clock.nowMs(),
    connections: transport.connections().map(connectionInfo),
    contacts: state.pairing.contacts.size,
    running_jobs: [...state.requester.jobs.values()].filter((job) => job.status.state === 'running').length,
    units_here: runtime.activeUnits().length,
    units_completed: state.provider.history.total_work_units_completed,
    traffic: traffic(parts),
  }
}

/** The measured hardware, in the contract's units. */
export function hardwareInfo(measured: MeasuredHardware): HardwareInfo {
  const { cpu, disk } = measured
  return {
    hostname: measured.hostname,
    os: measured.os,
    cpu: { name: cpu.name, cores: cpu.cores, physical_cores: cpu.physicalCores, speed_ghz: cpu.speedGhz },
    ram_bytes: measured.ramBytes,
    disk: { path: disk.path, free_bytes: disk.freeBytes, total_bytes: disk.totalBytes },
    gpus: measured.gpus.map(({ name, vendor, vramBytes }) => ({
      name,
      vendor,
      ...(vramBytes === undefined ? {} : { vram_bytes: vramBytes }),
    })),
    ...(measured.network.linkMbps === undefined ? {} : { link_mbps: measured.network.linkMbps }),
    measured_at_ms: measured.measuredAtMs,
  }
}

function connectionInfo({ peer, route, address, rttMs }: Connection): ConnectionInfo {
  return { peer_id: peer, route, address, ...(rttMs === undefined ? {} : { rtt_ms: rttMs }) }
}

function traffic({ fetcher, transport }: ApiDependencies): Traffic {
  const blobs = fetcher.traffic()
  let [bytesIn, bytesOut] = [0, 0]
  for (const exchanged of transport.traffic().values()) {
    bytesIn += exchanged.bytesIn
    bytesOut += exchanged.bytesOut
  }
  return {
    blob_bytes_in: blobs.bytesIn,
    blob_bytes_out: blobs.bytesOut,
    bytes_in: bytesIn,
    bytes_out: bytesOut,
  }
}
