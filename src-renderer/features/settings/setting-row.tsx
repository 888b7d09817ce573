import { useId, type ReactNode } from 'react'
import classes from './settings.module.css'

/** A control's own id, and those by which it names its row's words. */
export interface RowIds {
  readonly id: string
  readonly 'aria-labelledby': string
  readonly 'aria-describedby'?: string
}

/** One setting: words at the left, its control at the right. */
export function SettingRow({
  label,
  description,
  control,
}: {
  readonly label: string
  readonly description?: ReactNode
  readonly control: (ids: RowIds) => ReactNode
}) {
  const id = useId()
  const labelId = useId()
  const descriptionId = useId()
  return (
    <div className={classes['row']}>
      <div className={classes['words']}>
        {/* A click on the words is one on the control; groups of controls are named by `aria-labelledby` alone. */}
        <label id={labelId} htmlFor={id} className={classes['label']}>
          {label}
        </label>
        {description !== undefined && (
          <div id={descriptionId} className={classes['description']}>
            {description}
          </div>
        )}
      </div>
      <div className={classes['control']}>
        {control({
          id,
          'aria-labelledby': labelId,
          ...(description === undefined ? {} : { 'aria-describedby': descriptionId }),
        })}
      </div>
    </div>
  )
}
