import { InvalidArgumentError, type Command } from 'commander'
import type { ModuleInput } from '#contract'
import { refuse } from '../../../protocol/fault.ts'
import { ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import { issueLine } from '../../../protocol/plain-issues.ts'
import { byteCount, integerBetween, repeated, unitCount } from '../../options/arguments.ts'
import { limitsGiven, withLimitOptions, type LimitOptions } from '../../options/limit-options.ts'

/** A module’s parameters and limits, as options say them. */
export interface ModuleOptions extends LimitOptions {
  readonly arg?: readonly string[]
  readonly env?: readonly string[]
  readonly seed?: number
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
