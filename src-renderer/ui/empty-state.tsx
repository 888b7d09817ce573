import type { ReactNode } from 'react'
import classes from './empty-state.module.css'

/** What stands where there is nothing yet: an icon, a sentence that says what to do, and the action. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  readonly icon?: ReactNode
  readonly title: ReactNode
  /** One sentence more. */
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className={classes['empty']}>
      {icon !== undefined && (
        <div className={classes['icon']} aria-hidden="true">
          {icon}
        </div>
      )}
      <p className={classes['title']}>{title}</p>
      {children !== undefined && <p className={classes['text']}>{children}</p>}
      {action !== undefined && <div className={classes['action']}>{action}</div>}
    </div>
  )
}
