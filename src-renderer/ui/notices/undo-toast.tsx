import { Button, CloseButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useText } from '../../state/text.tsx'
import classes from './undo-toast.module.css'

/** How long an undo is offered: time to read, think and reach for the mouse. */
const OFFERED_MS = 8_000

/**
 * Says what was done and offers to undo it. `undo` runs at most once; `onSettled` when the offer is gone without it
 * (for what is better done late than undone).
 */
export function offerUndo(message: string, undo: () => void, onSettled?: () => void): void {
  let isUndone = false
  const id = notifications.show({
    message: (
      <UndoToast
        message={message}
        onUndo={() => {
          if (isUndone) return
          isUndone = true
          undo()
          notifications.hide(id)
        }}
        onClose={() => notifications.hide(id)}
      />
    ),
    // The library's own button to close has no name.
    withCloseButton: false,
    autoClose: OFFERED_MS,
    onClose: () => {
      if (!isUndone) onSettled?.()
    },
  })
}

function UndoToast({
  message,
  onUndo,
  onClose,
}: {
  readonly message: string
  readonly onUndo: () => void
  readonly onClose: () => void
}) {
  const text = useText()
  return (
    <div className={classes['toast']}>
      <span className={classes['message']}>{message}</span>
      <Button size="xs" variant="subtle" onClick={onUndo}>
        {text.frame.common.undo}
      </Button>
      <CloseButton aria-label={text.frame.common.close} onClick={onClose} />
    </div>
  )
}
