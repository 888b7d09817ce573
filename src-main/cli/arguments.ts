import { InvalidArgumentError } from 'commander'

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const
/** Letters behind counts of things, in powers of 1000, and of bytes, in powers of 1024 as `split` and `dd` have them. */
const STEPS = ['', 'k', 'M', 'G', 'T'] as const

/** A number within bounds, both inclusive. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`a number from ${min} to ${max}, please.`)
    return value
  }
}

/** A whole number within bounds, both inclusive. */
export function integerBetween(min: number, max: number): (text: string) => number {
  const parse = numberBetween(min, max)
  return (text) => {
    const value = parse(text)
    if (!Number.isInteger(value)) throw new InvalidArgumentError('a whole number, please.')
    return value
  }
}

/** A duration such as `500ms`, `90s`, `60m`, `2h` or `7d`, in milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) {
    throw new InvalidArgumentError('a duration such as 90s, 60m, 2h or 7d, please.')
  }
  return Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
}

/** The same in minutes. */
export function durationMinutes(text: string): number {
  return durationMs(text) / MILLISECONDS.m
}

/** A count of at least one: `10000`, `5e9`, `20k`, `1.5G`. */
export function unitCount(text: string): number {
  return stepped(text, 1_000, 'a count such as 10000, 5e9 or 20k, please.')
}

/** A count of bytes of at least one: `4096`, `64M`, `1.5G`. */
export function byteCount(text: string): number {
  return stepped(text, 1_024, 'bytes such as 4096, 64M or 1G, please.')
}

function stepped(text: string, base: number, please: string): number {
  const [, amount, step = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([kKMGT]?)$/.exec(text) ?? []
  const value =
    Number(amount ?? NaN) * base ** STEPS.indexOf(step.replace('K', 'k') as (typeof STEPS)[number])
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError(please)
  return value
}

/** Collects an option that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}
