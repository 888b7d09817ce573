import type { OwnMachine } from '../peer/event.ts'
import { assert } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'
import { enginePartsOf, type Machine } from './character.ts'
import { createDice, type Dice } from './dice.ts'
import { befall } from './incidents.ts'
import { introduce } from './introductions.ts'
import { createNetwork, type Network } from './network.ts'
import { createConduct } from './process/conduct.ts'
import { createDisk } from './process/disk.ts'
import { createMinds } from './process/minds.ts'
import type { Process } from './process/process.ts'
import { createProcess } from './process/program.ts'
import type { WorldOptions } from './process/turns.ts'
import type { SimulatedAlgorithm } from './process/runner.ts'
import type { Onlooker, Resident } from './resident.ts'
import { ALGORITHM, START_MS, type Scenario } from './scenario.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import { whitewash } from './whitewashing.ts'

/** A benchmark of the algorithms after each start. */
const MEASURE_MS: readonly [number, number] = [0, 600]

/** A mesh of peers in one process and its fate. */
export interface World {
  readonly schedule: Pick<Schedule, 'nowMs' | 'after'>
  readonly network: Network
  readonly residents: ReadonlyMap<PeerId, Resident>
  /** Does the next thing that is due. @returns false when nothing is left @throws what is wrong with the world since then */
  next(): Promise<boolean>
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
  const jobs = new Map<string, JobManifest>()
  const residents = new Map<PeerId, Resident>()
  const failures: unknown[] = []
  const failed = (error: unknown): void => void failures.push(error)
  const boot = createBoot({ schedule, network, jobs, scenario, dice, onlooker, options, failed })
  const minds = createMinds()
  for (const plan of scenario.peers) {
    const conduct = createConduct(plan, scenario.durations, minds, dice.fork())
    const resident: Resident = { plan, disk: createDisk(), conduct, process: undefined, isAway: false }
    residents.set(plan.peer, resident)
    if (plan.follows === undefined) schedule.after(plan.joinsAtMs, () => boot(resident))
    else whitewash(residents, schedule, resident, plan.follows, boot)
  }
  for (const acquaintance of scenario.acquaintances) {
    introduce(residents, schedule, dice.fork(), acquaintance)
  }
  const { calmAtMs } = scenario
  for (const incident of scenario.incidents) {
    schedule.after(incident.atMs, () =>
      befall(incident, { schedule, network, residents, jobs, onlooker, boot, calmAtMs }),
    )
  }
  schedule.after(calmAtMs, () => {
    network.weather.loss = 0
    network.weather.duplication = 0
    network.heal()
    onlooker.happened('calm')
  })
  return {
    schedule,
    network,
    residents,
    async next() {
      const isMore = await schedule.next()
      if (failures.length > 0) throw failures[0]
      return isMore
    },
  }
}

interface BootDependencies {
  readonly schedule: Schedule
  readonly network: Network
  readonly jobs: ReadonlyMap<string, JobManifest>
  readonly scenario: Scenario
  readonly dice: Dice
  readonly onlooker: Onlooker
  readonly options: WorldOptions
  readonly failed: (error: unknown) => void
}

/** Starts a resident's program: at first with its availability, later on the disk that the last run left. */
function createBoot(dependencies: BootDependencies): (resident: Resident) => void {
  const { schedule, network, jobs, scenario, dice, onlooker, options, failed } = dependencies
  const algorithms = algorithmsOf(scenario)

  function manifestOf(task: string): JobManifest {
    const manifest = jobs.get(task.slice(0, task.lastIndexOf(':')))
    assert(manifest !== undefined, 'units of submitted jobs run')
    return manifest
  }

  async function begin({ plan }: Resident, process: Process, isFirst: boolean): Promise<void> {
    await process.start()
    if (isFirst) {
      process.dispatch({ kind: 'availability-set', at_ms: process.nowMs(), availability: plan.availability })
    }
    const { machine } = plan
    const measured = algorithms.map((algorithm) => ({
      ...algorithm,
      supported: true,
      performance_score: machine.score,
      ...enginePartsOf(machine),
    }))
    schedule.after(dice.between(...MEASURE_MS), () =>
      process.dispatch({
        kind: 'capabilities-measured',
        at_ms: process.nowMs(),
        algorithms: measured,
        machine: ownMachine(machine),
      }),
    )
  }

  return (resident) => {
    const { plan, disk, conduct } = resident
    const isFirst = disk.records.length === 0
    const process = createProcess({
      plan,
      disk,
      conduct,
      options,
      schedule,
      dice: dice.fork(),
      network,
      algorithms,
      manifestOf,
      watcher: onlooker,
      died: () => {
        resident.process = undefined
        onlooker.died(resident, process)
      },
      failed,
    })
    resident.process = process
    try {
      if (!isFirst) onlooker.restarted(resident, process)
    } catch (error) {
      failed(error)
    }
    process.attempt(begin(resident, process, isFirst))
  }
}

/** The algorithms of every peer: the simulation's own one, and the others that its jobs name. */
function algorithmsOf({ incidents }: Scenario): SimulatedAlgorithm[] {
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
