import type { OwnMachine } from '../peer/event.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'
import { enginePartsOf, type Machine } from './character.ts'
import { createDice, type Dice } from './dice.ts'
import { befall } from './incidents.ts'
import { introduce } from './introductions.ts'
import { createNetwork, type Network } from './network.ts'
import { createDisk } from './process/disk.ts'
import type { WorldOptions } from './process/event-loop.ts'
import { startProcess } from './process/process.ts'
import type { Onlooker, Resident } from './resident.ts'
import { ALGORITHM, START_MS, type Scenario } from './scenario.ts'
import { createSchedule, type Schedule } from './schedule.ts'

/** A benchmark of the algorithms after each start. */
const MEASURE_MS: readonly [number, number] = [0, 600]

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
  const world: World = { schedule, network, residents, manifests }
  const boot = createBoot({ world, scenario, dice, onlooker, options })
  for (const plan of scenario.peers) {
    const resident: Resident = { plan, disk: createDisk(), process: undefined }
    residents.set(plan.peer, resident)
    schedule.after(plan.joinsAtMs, () => boot(resident))
  }
  for (const acquaintance of scenario.acquaintances) {
    introduce(residents, schedule, dice.fork(), acquaintance)
  }
  const { calmAtMs } = scenario
  for (const incident of scenario.incidents) {
    schedule.after(incident.atMs, () =>
      befall(incident, { schedule, network, residents, manifests, onlooker, boot, calmAtMs }),
    )
  }
  schedule.after(calmAtMs, () => {
    network.weather.loss = 0
    network.weather.duplication = 0
    network.heal()
    onlooker.happened('calm')
  })
  return world
}

interface BootDependencies {
  readonly world: World
  readonly scenario: Scenario
  readonly dice: Dice
  readonly onlooker: Onlooker
  readonly options: WorldOptions
}

/** Starts a resident's program: at first with its availability, later on the disk that the last run left. */
function createBoot({
  world: { schedule, network, manifests },
  scenario,
  dice,
  onlooker,
  options,
}: BootDependencies): (resident: Resident) => void {
  return (resident) => {
    const { plan, disk } = resident
    const { peer: me, name, machine, character } = plan
    const isFirst = disk.records.length === 0
    const process = startProcess({
      me,
      name,
      disk,
      machine,
      durations: scenario.durations,
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
    if (isFirst) {
      process.dispatch({ kind: 'availability-set', at_ms: process.nowMs(), availability: plan.availability })
    } else {
      onlooker.restarted(resident, process)
    }
    const algorithms = algorithmsOf(scenario).map((algorithm) => ({
      ...algorithm,
      supported: true,
      performance_score: machine.score,
      ...enginePartsOf(machine),
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
}

/** The algorithms of every peer: the simulation's own one, and the others that its jobs name. */
function algorithmsOf({ incidents }: Scenario): { algorithm_id: string; version: string }[] {
  const asked = incidents.flatMap((incident) =>
    incident.kind === 'submit' && incident.manifest.algorithm_id !== ALGORITHM.algorithm_id
      ? [[incident.manifest.algorithm_id, incident.manifest.algorithm_version] as const]
      : [],
  )
  return [ALGORITHM, ...[...new Map(asked)].map(([algorithm_id, version]) => ({ algorithm_id, version }))]
}

/** A peer's own jobs may use all of its cores, however many it shares. */
function ownMachine({ cores }: Machine): OwnMachine {
  return { resources: { cpu_cores: cores, ram_gb: 2 * cores }, lendsPartOfCores: true }
}
