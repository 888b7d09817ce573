import { useId, type ReactNode } from 'react'
import classes from './section.module.css'

/** A titled part of a screen; with `isCard` on a surface of its own. */
export function Section({
  title,
  description,
  actions,
  isCard = true,
  children,
}: {
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly isCard?: boolean
  readonly children: ReactNode
}) {
  const titleId = useId()
  return (
    <section aria-labelledby={titleId} className={classes['section']}>
      <div className={classes['head']}>
        <div className={classes['words']}>
          <h2 id={titleId} className={classes['title']}>
            {title}
          </h2>
          {description !== undefined && <p className={classes['description']}>{description}</p>}
        </div>
        {actions}
      </div>
      <div className={isCard ? classes['card'] : undefined}>{children}</div>
    </section>
  )
}
