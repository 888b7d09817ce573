import type { ApiCalls } from '../../api/transport/client.ts'
import type { ElectronApi } from '../electron-api.ts'

/** A pause ends by itself after this, if no event says that the machine woke. */
const PAUSE_MINUTES = 1

/** Everything that handing work back before a sleep uses. */
export interface SleepDependencies {
  readonly powerMonitor: Pick<ElectronApi['powerMonitor'], 'on'>
  /** The peer's calls, while it answers. */
  readonly calls: () => Pick<ApiCalls, 'sharing'> | undefined
  readonly onFailed: (error: unknown) => void
}

/**
 * Hands back others' units when the machine goes to sleep, so that their owners need not wait for it, and shares again when
 * it wakes. A pause of the user's own is left alone.
 */
export function handBackBeforeSleep({ powerMonitor, calls, onFailed }: SleepDependencies): void {
  let isPaused = false
  let last = Promise.resolve()
  /** One after the other: a machine may wake while it is still going to sleep. */
  const next = (step: (sharing: ApiCalls['sharing']) => Promise<void>): void => {
    const asked = calls()
    if (asked !== undefined) last = last.then(() => step(asked.sharing)).catch(onFailed)
  }
  powerMonitor.on('suspend', () =>
    next(async (sharing) => {
      const { now } = await sharing.get()
      if (now.kind !== 'sharing') return
      await sharing.pause({ finish_first: false, minutes: PAUSE_MINUTES })
      isPaused = true
    }),
  )
  powerMonitor.on('resume', () =>
    next(async (sharing) => {
      if (!isPaused) return
      isPaused = false
      await sharing.resume()
    }),
  )
}
