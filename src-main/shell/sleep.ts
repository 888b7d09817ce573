import type { SharingNow } from '#contract'
import type { ApiCalls } from '../api/client.ts'
import type { ElectronParts } from './electron-parts.ts'

/** A pause ends by itself after this, should nobody say that the machine woke. */
const PAUSE_MINUTES = 1

/** What handing work back before a sleep acts through. */
export interface SleepParts {
  readonly powerMonitor: Pick<ElectronParts['powerMonitor'], 'on'>
  readonly sharing: () => SharingNow | undefined
  /** The peer's calls, while it answers. */
  readonly calls: () => Pick<ApiCalls, 'sharing'> | undefined
  readonly onFailed: (error: unknown) => void
}

/**
 * Hands back what others have here when the machine goes to sleep, so that they need not wait for it, and shares again when
 * it wakes. A pause of the user's own is left alone.
 */
export function handBackBeforeSleep({ powerMonitor, sharing, calls, onFailed }: SleepParts): void {
  let isPaused = false
  powerMonitor.on('suspend', () => {
    if (sharing()?.kind !== 'sharing') return
    isPaused = true
    calls()?.sharing.pause({ finish_first: false, minutes: PAUSE_MINUTES }).catch(onFailed)
  })
  powerMonitor.on('resume', () => {
    if (!isPaused) return
    isPaused = false
    calls()?.sharing.resume().catch(onFailed)
  })
}
