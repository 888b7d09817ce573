import type { DesktopMemory } from '../desktop-memory.ts'
import type { ElectronApi } from '../electron-api.ts'
import type { MainWindow } from '../window/main-window.ts'
import type { Speech } from '../system/language.ts'
import type { Notice } from './notices.ts'

/** Shows a notice as a native notification; a click on it opens the window at the notice's screen. */
export function showNotice(
  { Notification }: Pick<ElectronApi, 'Notification'>,
  notice: Notice,
  window: MainWindow,
): void {
  if (!Notification.isSupported()) return
  const { title, body, screen } = notice
  const notification = new Notification({ title, body })
  notification.on('click', () => window.open(screen))
  notification.show()
}

/**
 * Says that the program goes on in the background, when its window is closed for the first time: its user may think
 * that it has ended. @returns undefined when that was said before
 */
export function backgroundNotice(memory: DesktopMemory, { messages }: Speech): Notice | undefined {
  if (memory.knowsBackground) return undefined
  const { background, backgroundText } = messages.tray.notice
  return { title: background, body: backgroundText, screen: '/' }
}
