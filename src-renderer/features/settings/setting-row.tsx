import { useId, type ReactNode } from 'react'
import classes from './settings.module.css'

/** The ids by which a control names its row's words. */
export interface RowIds {
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
  const labelId = useId()
  const descriptionId = useId()
  return (
    <div className={classes['row']}>
      <div className={classes['words']}>
        <div id={labelId} className={classes['label']}>
          {label}
        </div>
        {description !== undefined && (
          <div id={descriptionId} className={classes['description']}>
            {description}
          </div>
        )}
      </div>
      <div className={classes['control']}>
        {control({
          'aria-labelledby': labelId,
          ...(description === undefined ? {} : { 'aria-describedby': descriptionId }),
        })}
      </div>
    </div>
  )
}
