import { Select } from '@mantine/core'
import { useText } from '../../../state/text.tsx'

/** The zone of this PC's own clock. */
export function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** The zone by whose wall clock the week is painted; this PC's first. */
export function TimeZoneField({
  zone,
  onZone,
}: {
  readonly zone: string
  readonly onZone: (zone: string) => void
}) {
  const text = useText().sharing.grid
  const here = zoneHere()
  const others = [...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]
    .filter((name) => name !== here)
    .sort()
  return (
    <Select
      size="xs"
      w={240}
      aria-label={text.timeZone}
      searchable
      selectFirstOptionOnChange
      onFocus={(event) => event.currentTarget.select()}
      limit={100}
      maxDropdownHeight={280}
      nothingFoundMessage={text.timeZoneNone}
      value={zone}
      data={[
        { value: here, label: text.timeZoneHere(named(here)) },
        ...others.map((name) => ({ value: name, label: named(name) })),
      ]}
      onChange={(chosen) => chosen !== null && onZone(chosen)}
    />
  )
}

/** As people write it: `America/New York`. */
function named(zone: string): string {
  return zone.replaceAll('_', ' ')
}
