import { useId } from 'react'
import { Input, SegmentedControl, Switch } from '@mantine/core'
import { useFormat, useText } from '../../../state/text.tsx'
import { CLEAN_PERCENTS } from './render-form.ts'
import type { FieldProps } from './render-fields.tsx'
import classes from './render-fields.module.css'

/** Whether the finished picture is cleaned of noise, and how much of it goes. */
export function CleanField({ form, onChange }: Pick<FieldProps, 'form' | 'onChange'>) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const labelId = useId()
  return (
    <div>
      <Switch
        label={text.clean}
        description={text.cleanNote}
        checked={form.cleans}
        onChange={(event) => onChange({ cleans: event.currentTarget.checked })}
      />
      {form.cleans && (
        <div className={classes['strength']}>
          <Input.Label component="span" id={labelId}>
            {text.cleanStrength}
          </Input.Label>
          <SegmentedControl
            size="xs"
            aria-labelledby={labelId}
            data={CLEAN_PERCENTS.map((percent) => ({
              value: `${percent}`,
              label: format.percent(percent / 100),
            }))}
            value={`${form.cleanPercent}`}
            onChange={(value) => onChange({ cleanPercent: Number(value) })}
          />
        </div>
      )}
    </div>
  )
}
