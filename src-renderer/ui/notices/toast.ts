import { notifications } from '@mantine/notifications'
import type { Messages } from '#text'

/** How long a fault is shown: it takes longer to read than a confirmation. */
const FAULT_MS = 8_000

/** A line, or two, that is shown for a few seconds. */
interface Toast {
  readonly title?: string
  readonly message: string
  /** `bad` is said to a screen reader at once. */
  readonly color: 'good' | 'warn' | 'bad'
}

/** Shows a toast, with a close button that has a name. */
export function showToast({ color, ...toast }: Toast, text: Messages): void {
  notifications.show({
    ...toast,
    color,
    closeButtonProps: { 'aria-label': text.frame.common.close },
    ...(color === 'bad' ? { role: 'alert', autoClose: FAULT_MS } : {}),
  })
}
