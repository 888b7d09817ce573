import { Skeleton } from '@mantine/core'
import { useText } from '../../state/text.tsx'
import classes from './skeleton-list.module.css'

/** Stands for rows that are on their way, in their size, so that nothing jumps when they come. */
export function SkeletonList({
  rows = 4,
  height = 56,
}: {
  readonly rows?: number
  /** Of a row, in pixels. */
  readonly height?: number
}) {
  const text = useText()
  return (
    <div role="status" className={classes['list']}>
      <span className="visually-hidden">{text.frame.common.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </div>
  )
}
