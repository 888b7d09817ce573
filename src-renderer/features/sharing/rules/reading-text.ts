import type { RuleReading } from '#contract'
import type { Format, Messages } from '#text'

/** A rule's reading in words: `CPU by others: 12 %`. A rule that is off is not watched, so only figures are told. */
export function readingText(
  messages: Messages,
  format: Format,
  { rule, state, value }: RuleReading,
  isEnabled: boolean,
): string {
  const text = messages.sharing.rules
  const written = value === undefined ? undefined : valueText(format, rule, value)
  return isEnabled || written !== undefined
    ? text.reading(rule, state === 'bothered', written)
    : text.notWatched
}

function valueText(format: Format, rule: RuleReading['rule'], value: number): string {
  switch (rule) {
    case 'in-use':
      return format.duration(value * 1_000)
    case 'temperature':
      return `${format.number(value)} °C`
    case 'full-screen':
    case 'other-load':
    case 'on-battery':
    case 'low-battery':
    case 'metered':
      return `${format.number(value)} %`
  }
}
