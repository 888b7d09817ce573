import { InvalidArgumentError, type Command } from 'commander'
import type { ModuleInput } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import { ModuleCallParams } from '../../protocol/job-kinds/module.ts'
import {
  LOG_BYTES_MAX,
  MEMORY_PAGES_MAX,
  INPUT_BYTES_MAX,
  OUTPUT_BYTES_MAX,
  PAGE_BYTES,
  WALL_MS_MAX,
  type UnitLimits,
} from '../../protocol/unit-limits.ts'
import { issueLine } from '../../protocol/plain-issues.ts'
import { byteCount, durationMs, integerBetween, repeated, unitCount } from './arguments.ts'
import { fuelLimitText } from '../output/units-text.ts'

const MIB = 1 << 20
const PAGES_PER_MIB = MIB / PAGE_BYTES

/** What a unit of a module may use, as options say it. */
export interface LimitOptions {
  readonly fuel?: number
  readonly memoryMb?: number
  readonly timeout?: number
  readonly outputMb?: number
  readonly inputMb?: number
  readonly logKb?: number
}

/** What a module is run with, as options say it. */
export interface ModuleOptions extends LimitOptions {
  readonly arg?: readonly string[]
  readonly env?: readonly string[]
  readonly seed?: number
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

/** Adds the options that say what a module is run with. */
export function withModuleOptions(command: Command): Command {
  return withLimitOptions(command, ModuleCallParams.parse({}).limits)
    .option('--arg <text>', 'an argument of the program, up to 64 of 1,024 characters; repeatable', repeated)
    .option('--env <name=value>', 'a variable of its environment, such as LANG=C; repeatable', repeated)
    .option(
      '--seed <number>',
      'what its clock and randomness begin with (default: 0)',
      integerBetween(0, Number.MAX_SAFE_INTEGER),
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

/** A module's parameters, defaults filled in. @throws FaultError `bad-input` naming the first wrong one */
export function paramsGiven(options: ModuleOptions): ModuleCallParams {
  const { arg = [], env = [], seed = 0 } = options
  const given = { args: arg, env: Object.fromEntries(env.map(variable)), seed, limits: limitsGiven(options) }
  const parsed = ModuleCallParams.safeParse(given)
  if (parsed.success) return parsed.data
  return refuse('bad-input', issueLine(parsed.error.issues, optionOf))
}

/** The option that a module's parameter was given by. */
function optionOf([field = 'options', key]: readonly string[]): string {
  if (field === 'args') return key === undefined ? '--arg' : `--arg number ${Number(key) + 1}`
  if (field === 'env') return key === undefined ? '--env' : `--env ${key}`
  return `--${field}`
}

function variable(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) refuse('bad-input', `--env ${text}: NAME=VALUE, please`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** How a file is split: `lines:10000` or `bytes:64M`. */
export type SplitOption =
  | Pick<ModuleInput & { kind: 'lines' }, 'kind' | 'lines'>
  | Pick<ModuleInput & { kind: 'bytes' }, 'kind' | 'bytes'>

/** Reads `lines:10000` or `bytes:64M`. */
export function splitOption(text: string): SplitOption {
  const [, kind, count = ''] = /^(lines|bytes):(.+)$/.exec(text) ?? []
  if (kind === 'lines') return { kind, lines: unitCount(count) }
  if (kind === 'bytes') return { kind, bytes: byteCount(count) }
  throw new InvalidArgumentError('lines:10000 or bytes:64M, please.')
}

function wallMs(text: string): number {
  const ms = durationMs(text)
  if (!Number.isInteger(ms) || ms < 1 || ms > WALL_MS_MAX) {
    throw new InvalidArgumentError(`from 1ms to ${WALL_MS_MAX / 3_600_000}h, please.`)
  }
  return ms
}
