import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useText } from '../../state/text.tsx'
import classes from './fault-notice.module.css'

/** Tells a fault at the place where it happened, with a button to try again where that is possible. */
export function FaultNotice({
  title,
  message,
  onRetry,
}: {
  readonly title?: string
  readonly message: string
  readonly onRetry?: (() => void) | undefined
}) {
  const text = useText()
  return (
    <div role="alert" className={classes['notice']}>
      <IconAlertTriangle size={20} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['title']}>{title ?? text.frame.common.failedTitle}</p>
        <p className={classes['message']}>{message}</p>
      </div>
      {onRetry !== undefined && (
        <Button size="xs" onClick={onRetry}>
          {text.frame.common.retry}
        </Button>
      )}
    </div>
  )
}
