import { InvalidArgumentError, type Command } from 'commander'
import {
  INPUT_BYTES_MAX,
  LOG_BYTES_MAX,
  MEMORY_PAGES_MAX,
  OUTPUT_BYTES_MAX,
  PAGE_BYTES,
  WALL_MS_MAX,
  type UnitLimits,
} from '../../protocol/unit-limits.ts'
import { fuelLimitText } from '../output/units-text.ts'
import { durationMs, integerBetween, unitCount } from './arguments.ts'

const MIB = 1 << 20
const PAGES_PER_MIB = MIB / PAGE_BYTES

/** Limits of one unit, as options say them. */
export interface LimitOptions {
  readonly fuel?: number
  readonly memoryMb?: number
  readonly timeout?: number
  readonly outputMb?: number
  readonly inputMb?: number
  readonly logKb?: number
}

/** Adds the options that say what a unit may use. @param defaults said in the help, behind each */
export function withLimitOptions(command: Command, defaults: UnitLimits | undefined): Command {
  const or = (text: (limits: UnitLimits) => string): string =>
    ` (default: ${defaults === undefined ? 'as it is now' : text(defaults)})`
  return command
    .option(
      '--fuel <units>',
      `units of fuel, such as 5e9 or 20G${or(({ fuel }) => fuelLimitText(fuel))}`,
      unitCount,
    )
    .option(
      '--memory-mb <mebibytes>',
      `MiB of memory${or(({ memory_pages }) => `${memory_pages / PAGES_PER_MIB}`)}`,
      integerBetween(1, MEMORY_PAGES_MAX / PAGES_PER_MIB),
    )
    .option(
      '--timeout <duration>',
      `time, such as 30s or 2m${or(({ wall_ms }) => `${wall_ms / 1_000}s`)}`,
      wallMs,
    )
    .option(
      '--input-mb <mebibytes>',
      `MiB of input${or(({ input_bytes }) => `${input_bytes / MIB}`)}`,
      integerBetween(0, INPUT_BYTES_MAX / MIB),
    )
    .option(
      '--output-mb <mebibytes>',
      `MiB of output${or(({ output_bytes }) => `${output_bytes / MIB}`)}`,
      integerBetween(0, OUTPUT_BYTES_MAX / MIB),
    )
    .option(
      '--log-kb <kibibytes>',
      `KiB of log${or(({ log_bytes }) => `${log_bytes / 1_024}`)}`,
      integerBetween(0, LOG_BYTES_MAX / 1_024),
    )
}

/** The limits that were given. */
export function limitsGiven(options: LimitOptions): Partial<UnitLimits> {
  const { fuel, memoryMb, timeout, inputMb, outputMb, logKb } = options
  const limits = {
    fuel,
    memory_pages: memoryMb === undefined ? undefined : memoryMb * PAGES_PER_MIB,
    wall_ms: timeout,
    input_bytes: inputMb === undefined ? undefined : inputMb * MIB,
    output_bytes: outputMb === undefined ? undefined : outputMb * MIB,
    log_bytes: logKb === undefined ? undefined : logKb * 1_024,
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

function wallMs(text: string): number {
  const ms = durationMs(text)
  if (!Number.isInteger(ms) || ms < 1 || ms > WALL_MS_MAX) {
    throw new InvalidArgumentError(`from 1ms to ${WALL_MS_MAX / 3_600_000}h, please.`)
  }
  return ms
}
