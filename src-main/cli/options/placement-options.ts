import { InvalidArgumentError, Option, type Command } from 'commander'
import type { DeadlineRisk, UnitNeeds } from '#contract'
import { Cid } from '../../protocol/ids.ts'
import { deadlineMs, numberBetween } from './arguments.ts'
import { roughDurationText } from '../output/units-text.ts'

/** More than any machine has; the protocol's own bound is higher. */
const AMOUNT_MAX = 1_000_000

/** Where, until when and how openly a job's units should be computed, as options say it. */
export interface PlacementOptions {
  readonly deadline?: number
  readonly dataset?: Cid
  readonly disk?: number
  readonly network?: number
  readonly vram?: number
  readonly encrypt?: boolean
}

/** Adds these options to a command that submits a job. */
export function withPlacementOptions(command: Command, datasetHelp: string): Command {
  return command
    .option(
      '--deadline <moment>',
      'when it should be done: +2h, 18:00 or 2026-12-24T18:00 (default: whenever)',
      (text) => deadlineMs(text, Date.now()),
    )
    .option('--dataset <cid>', datasetHelp, cid)
    .option(
      '--disk <GB>',
      'GB of disk that one unit needs (default: what its kind needs)',
      numberBetween(0, AMOUNT_MAX),
    )
    .option('--network <mbit/s>', 'Mbit/s that one unit needs (default: any)', numberBetween(0, AMOUNT_MAX))
    .option(
      '--vram <GB>',
      'GB of memory of one graphics card that one unit needs (default: none)',
      numberBetween(0, AMOUNT_MAX),
    )
    .addOption(
      new Option(
        '--encrypt',
        'only those who compute it can read what goes in and comes out (default: off)',
      ).conflicts('dataset'),
    )
}

/** The contract's form of those that were given. */
export function placementGiven({ deadline, dataset, disk, network, vram, encrypt }: PlacementOptions): {
  deadline_ms?: number
  dataset?: Cid
  needs?: UnitNeeds
  encrypt?: true
} {
  const needs: UnitNeeds = {
    ...(disk === undefined ? {} : { disk_gb: disk }),
    ...(network === undefined ? {} : { network_mbps: network }),
    ...(vram === undefined ? {} : { gpu_vram_gb: vram }),
  }
  return {
    ...(deadline === undefined ? {} : { deadline_ms: deadline }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(Object.keys(needs).length === 0 ? {} : { needs }),
    ...(encrypt === true ? { encrypt } : {}),
  }
}

/** How late a job will be that misses its deadline, for people. */
export function lateText({ expected_end_ms }: DeadlineRisk, deadline: number): string {
  if (expected_end_ms === undefined) return 'missed, and nobody could do it now'
  const late = roughDurationText(expected_end_ms - deadline)
  return `will be about ${late} late: ask more people or lower the quality`
}

function cid(text: string): Cid {
  const parsed = Cid.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('a CID (bafk… or bafy…), please.')
  return parsed.data
}
