import { InvalidArgumentError } from 'commander'

const MINUTES = { s: 1 / 60, m: 1, h: 60, d: 24 * 60 } as const

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

/** A duration such as `90s`, `60m`, `2h` or `7d`, in minutes. */
export function durationMinutes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined || !(unit in MINUTES)) {
    throw new InvalidArgumentError('a duration such as 90s, 60m, 2h or 7d, please.')
  }
  return Number(amount) * MINUTES[unit as keyof typeof MINUTES]
}

/** Collects an option that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}
