import type { ReactNode } from 'react'
import classes from './facts.module.css'

/** A thing and what is known of it. */
export interface Fact {
  readonly name: string
  readonly value: ReactNode
  /** A quieter second line. */
  readonly more?: ReactNode
}

/** Things and what is known of them, as a table reads. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={classes['facts']}>
      {facts.map(({ name, value, more }) => (
        <div key={name} className={classes['fact']}>
          <dt>{name}</dt>
          <dd>
            <div>{value}</div>
            {more !== undefined && <div className={classes['more']}>{more}</div>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
