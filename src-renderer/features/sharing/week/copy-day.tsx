import { useState } from 'react'
import { Button, Chip, NativeSelect, Popover } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import type { WeekBlock } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { copyDay, DAYS } from './week-paint.ts'
import { dayName } from './week-text.ts'
import classes from './copy-day.module.css'

const ALL = Array.from({ length: DAYS }, (_, day) => day)
const WEEKDAYS = ALL.slice(0, 5)

/** Makes days alike: what begins on one of them begins on the chosen others, too. */
export function CopyDay({
  blocks,
  onBlocks,
}: {
  readonly blocks: readonly WeekBlock[]
  readonly onBlocks: (blocks: WeekBlock[]) => void
}) {
  const text = useText().sharing.grid
  const { language } = useFormat()
  const [isOpen, setIsOpen] = useState(false)
  const [from, setFrom] = useState(0)
  const [to, setTo] = useState<readonly number[]>(WEEKDAYS)
  const targets = to.filter((day) => day !== from)
  const copy = () => {
    onBlocks(copyDay(blocks, from, targets))
    setIsOpen(false)
  }
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-start" trapFocus returnFocus width={320}>
      <Popover.Target>
        <Button
          leftSection={<IconCopy size={16} aria-hidden="true" />}
          disabled={blocks.length === 0}
          onClick={() => setIsOpen(!isOpen)}
        >
          {text.copyDay}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={text.copyDay}>
        <div className={classes['form']}>
          <NativeSelect
            label={text.copyFrom}
            labelProps={{ mb: 6 }}
            value={from}
            data={ALL.map((day) => ({ value: String(day), label: dayName(language, day) }))}
            onChange={(event) => setFrom(Number(event.currentTarget.value))}
          />
          <div role="group" aria-label={text.copyTo}>
            <div className={classes['head']}>
              <span>{text.copyTo}</span>
              <span className={classes['quick']}>
                <Button size="compact-xs" variant="subtle" onClick={() => setTo(WEEKDAYS)}>
                  {text.copyWeekdays}
                </Button>
                <Button size="compact-xs" variant="subtle" onClick={() => setTo(ALL)}>
                  {text.copyAll}
                </Button>
              </span>
            </div>
            <div className={classes['days']}>
              {ALL.map((day) => (
                <Chip
                  key={day}
                  size="xs"
                  variant="light"
                  disabled={day === from}
                  checked={day !== from && to.includes(day)}
                  onChange={(isChosen) => setTo(isChosen ? [...to, day] : to.filter((one) => one !== day))}
                >
                  <span aria-hidden="true">{dayName(language, day, 'short')}</span>
                  <span className="visually-hidden">{dayName(language, day)}</span>
                </Chip>
              ))}
            </div>
          </div>
          <Button variant="filled" disabled={targets.length === 0} onClick={copy}>
            {text.copyDo}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
