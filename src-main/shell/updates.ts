import type { AppUpdater } from 'electron-updater'
import type { Clock } from '../ports/clock.ts'

/** How often it is asked whether there is something newer, beside every start. */
const CHECK_EVERY_MS = 6 * 3_600_000

/** What is used of the updater. */
export type UpdaterParts = Pick<AppUpdater, 'checkForUpdates' | 'on'> & {
  autoDownload: boolean
  autoInstallOnAppQuit: boolean
  allowDowngrade: boolean
}

/**
 * Looks for updates in the channel that the package was built for, fetches them in the background and installs them
 * when the program quits: nothing is interrupted. What cannot be looked up is tried again at the next time.
 *
 * @param report one line for the log
 * @returns ends it
 */
export function watchForUpdates(
  updater: UpdaterParts,
  clock: Clock,
  report: (line: string) => void,
): () => void {
  updater.autoDownload = true
  updater.autoInstallOnAppQuit = true
  updater.allowDowngrade = false
  // Without a listener an update that fails would end the program.
  updater.on('error', (error) => report(`no update: ${error.message.split('\n', 1)[0] ?? ''}`))
  let endWait: () => void
  const check = (): void => {
    // It is heard of through 'error'.
    updater.checkForUpdates().catch(() => undefined)
    endWait = clock.after(CHECK_EVERY_MS, check)
  }
  check()
  return () => endWait()
}
