import type { ReactNode } from 'react'
import classes from './empty-state.module.css'

/** Fills an empty place: an icon, a sentence that says what to do, and the action. */
export function EmptyState({
  icon,
  title,
  children,
  action,
  isScreen = false,
}: {
  readonly icon?: ReactNode
  readonly title: ReactNode
  /** One sentence more. */
  readonly children?: ReactNode
  readonly action?: ReactNode
  /** Whether it is all that is on the screen, so that its title is the screen's. */
  readonly isScreen?: boolean
}) {
  const Title = isScreen ? 'h1' : 'p'
  return (
    <div className={classes['empty']}>
      {icon !== undefined && (
        <div className={classes['icon']} aria-hidden="true">
          {icon}
        </div>
      )}
      <Title className={classes['title']}>{title}</Title>
      {children !== undefined && <p className={classes['text']}>{children}</p>}
      {action !== undefined && <div className={classes['action']}>{action}</div>}
    </div>
  )
}
