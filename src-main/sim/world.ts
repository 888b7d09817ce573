import type { OwnMachine } from '../peer/event.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { Machine } from './character.ts'
import { createDice, type Dice } from './dice.ts'
import { createDisk, type Disk } from './process/disk.ts'
import { createNetwork, type Network } from './network.ts'
import { startProcess, type Process, type Watcher, type WorldOptions } from './process/process.ts'
import { ALGORITHM, START_MS, type Incident, type PlannedPeer, type Scenario } from './scenario.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import { manifestCid } from './process/truth.ts'

/** A benchmark of the algorithms after each start. */
const MEASURE_MS: readonly [number, number] = [0, 600]
/** How long a user waits before trying again to pair. */
const PAIR_AGAIN_MS = 3_000
/** How long an invite is valid. */
const INVITE_MS = 600_000

/** A peer of the world: its disk stays, its program comes and goes. */
export interface Resident {
  readonly plan: PlannedPeer
  readonly disk: Disk
  process: Process | undefined
}

/** What the auditors of a world are told besides what every program tells. */
export interface Onlooker extends Watcher {
  died(resident: Resident, process: Process): void
  restarted(resident: Resident, process: Process): void
  submitted(resident: Resident, manifest: JobManifest): void
  happened(line: string): void
}

/** A mesh of peers in one process and its fate. */
export interface World {
  readonly schedule: Schedule
  readonly network: Network
  readonly residents: ReadonlyMap<PeerId, Resident>
  readonly manifests: ReadonlyMap<Cid, JobManifest>
}

/** Builds a world in which a scenario takes its course. */
export function createWorld(
  scenario: Scenario,
  seed: number,
  onlooker: Onlooker,
  options: WorldOptions = {},
): World {
  const dice = createDice(seed ^ 0x5eed)
  const schedule = createSchedule(START_MS)
  const network = createNetwork(schedule, dice.fork(), { ...scenario.weather })
  const manifests = new Map<Cid, JobManifest>()
  const residents = new Map<PeerId, Resident>()

  function boot(resident: Resident): void {
    const { plan, disk } = resident
    const { peer: me, name, machine, character } = plan
    const first = disk.records.length === 0
    const process = startProcess({
      me,
      name,
      disk,
      machine,
      pace: scenario.pace,
      options,
      character,
      schedule,
      dice: dice.fork(),
      network,
      manifests,
      watcher: onlooker,
      died: () => {
        resident.process = undefined
        onlooker.died(resident, process)
      },
    })
    resident.process = process
    if (first) {
      process.dispatch({ kind: 'availability-set', at_ms: process.nowMs(), availability: plan.availability })
    } else {
      onlooker.restarted(resident, process)
    }
    const algorithms = algorithmsOf(scenario).map((algorithm) => ({
      ...algorithm,
      supported: true,
      performance_score: machine.score,
    }))
    schedule.after(dice.between(...MEASURE_MS), () =>
      process.dispatch({
        kind: 'capabilities-measured',
        at_ms: process.nowMs(),
        algorithms,
        machine: ownMachine(machine),
      }),
    )
  }

  for (const plan of scenario.peers) {
    const resident: Resident = { plan, disk: createDisk(), process: undefined }
    residents.set(plan.peer, resident)
    schedule.after(plan.joinsAtMs, () => boot(resident))
  }
  for (const acquaintance of scenario.acquaintances) {
    introduce(residents, schedule, dice.fork(), acquaintance)
  }
  for (const incident of scenario.incidents) {
    schedule.after(incident.atMs, () => befall(incident))
  }
  schedule.after(scenario.calmAtMs, () => {
    network.weather.loss = 0
    network.weather.duplication = 0
    network.heal()
    onlooker.happened('calm')
  })

  function befall(incident: Incident): void {
    onlooker.happened(describe(incident))
    if (incident.kind === 'partition') {
      network.partition(incident.groups)
      const lastsMs = Math.min(incident.lastsMs, Math.max(0, scenario.calmAtMs - incident.atMs))
      return schedule.after(lastsMs, () => network.heal())
    }
    const resident = residents.get(incident.peer)
    const process = resident?.process
    if (resident === undefined || process === undefined) return
    const at_ms = process.nowMs()
    switch (incident.kind) {
      case 'submit': {
        const { manifest } = incident
        const manifest_cid = manifestCid(manifest)
        manifests.set(manifest_cid, manifest)
        resident.disk.blobs.add(manifest_cid)
        return process.dispatch({ kind: 'job-submitted', at_ms, manifest, manifest_cid }, () =>
          onlooker.submitted(resident, manifest),
        )
      }
      case 'cancel':
        return process.dispatch({ kind: 'job-cancelled', at_ms, job_id: incident.job })
      case 'trust':
        return process.dispatch({ kind: 'trust-set', at_ms, peer: incident.other, trust: incident.trust })
      case 'forget':
        return process.dispatch({ kind: 'forgotten', at_ms, peer: incident.other })
      case 'share':
        return process.dispatch({ kind: 'availability-set', at_ms, availability: incident.availability })
      case 'pause': {
        const until_ms = at_ms + incident.lastsMs
        return process.dispatch({
          kind: 'sharing-paused',
          at_ms,
          until_ms,
          finish_first: incident.finishFirst,
        })
      }
      case 'crash':
        process.crash(incident.point)
        // The next turn that writes comes with the next message; whoever is still up by then just stops.
        return schedule.after(Math.min(1_000, incident.downMs), () => {
          if (resident.process === process) process.crash('now')
          schedule.after(incident.downMs, () => {
            if (resident.process === undefined) boot(resident)
          })
        })
    }
  }

  return { schedule, network, residents, manifests }
}

/** What everybody runs: the simulation's own algorithm, and what else its jobs ask for. */
function algorithmsOf({ incidents }: Scenario): { algorithm_id: string; version: string }[] {
  const asked = incidents.flatMap((incident) =>
    incident.kind === 'submit' && incident.manifest.algorithm_id !== ALGORITHM.algorithm_id
      ? [[incident.manifest.algorithm_id, incident.manifest.algorithm_version] as const]
      : [],
  )
  return [ALGORITHM, ...[...new Map(asked)].map(([algorithm_id, version]) => ({ algorithm_id, version }))]
}

/** Two users pair by invite: they try until both sides have said yes, or one of them has forgotten the other. */
function introduce(
  residents: ReadonlyMap<PeerId, Resident>,
  schedule: Schedule,
  dice: Dice,
  { inviter, joiner, trustByInviter: trust, trustByJoiner }: Scenario['acquaintances'][number],
): void {
  let invites = 0
  const attempt = (): void => {
    const host = residents.get(inviter)?.process
    const guest = residents.get(joiner)?.process
    if (host === undefined || guest === undefined) return schedule.after(500, attempt)
    if (guest.state.contacts.has(inviter)) return
    const secret_hash = `invite-${inviter.slice(-6)}-${joiner.slice(-6)}-${invites++}`
    const at_ms = host.nowMs()
    host.dispatch({ kind: 'invited', at_ms, secret_hash, trust, expires_at_ms: at_ms + INVITE_MS }, () =>
      guest.pair(inviter, secret_hash, trustByJoiner, () => undefined),
    )
    schedule.after(PAIR_AGAIN_MS, attempt)
  }
  schedule.after(dice.between(100, 600), attempt)
}

/** What a peer's own jobs run in: all of its cores, whatever it shares of them. */
function ownMachine({ cores }: Machine): OwnMachine {
  return { resources: { cpu_cores: cores, ram_gb: 2 * cores }, lendsPartOfCores: true }
}

function describe(incident: Incident): string {
  const { kind } = incident
  switch (incident.kind) {
    case 'submit': {
      const { job_id, unit_count, verification_redundancy, estimated_duration_seconds } = incident.manifest
      return `submit ${job_id} of ${incident.peer.slice(-6)}: ${unit_count} units × ${verification_redundancy}, ${estimated_duration_seconds} s`
    }
    case 'partition':
      return `partition ${incident.groups.map((group) => group.map((peer) => peer.slice(-6)).join(' ')).join(' | ')} for ${incident.lastsMs} ms`
    case 'crash':
      return `crash ${incident.peer.slice(-6)} ${incident.point}, down ${incident.downMs} ms`
    case 'trust':
      return `trust of ${incident.peer.slice(-6)} in ${incident.other.slice(-6)}: ${incident.trust}`
    case 'forget':
      return `${incident.peer.slice(-6)} forgets ${incident.other.slice(-6)}`
    case 'pause':
      return `pause ${incident.peer.slice(-6)} for ${incident.lastsMs} ms${incident.finishFirst ? ', finish first' : ''}`
    case 'cancel':
    case 'share':
      return `${kind} ${incident.peer.slice(-6)}`
  }
}
