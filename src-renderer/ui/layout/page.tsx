import type { ReactNode } from 'react'
import classes from './page.module.css'

/** A screen: its one-sentence answer as the title line, actions at the right, content of at most 1,120 px. */
export function Page({
  title,
  description,
  actions,
  children,
}: {
  readonly title: ReactNode
  /** A second line, quieter. */
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <div className={classes['page']}>
      <header className={classes['head']}>
        <div className={classes['words']}>
          <h1 className={classes['title']}>{title}</h1>
          {description !== undefined && <p className={classes['description']}>{description}</p>}
        </div>
        {actions !== undefined && <div className={classes['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}
