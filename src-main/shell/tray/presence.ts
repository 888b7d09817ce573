import type { NodeNews, Preferences } from '#contract'
import { applyNews, NOTHING_KNOWN, ownProgress, type DesktopState } from './desktop-state.ts'
import { speechFor, type Speech } from '../system/language.ts'
import { noticesBetween, type Notice } from './notices.ts'
import type { TrayIcon } from './tray.ts'
import { trayMenu, trayTooltip } from './tray-menu.ts'
import { trayState } from './tray-state.ts'

/** The tray, the notifications and the language that the presence uses. */
export interface PresenceOptions {
  readonly tray: Pick<TrayIcon, 'show'>
  /** How far the newest own job is, 0 to 1; undefined while none runs. */
  readonly showProgress: (fraction: number | undefined) => void
  readonly notify: (notice: Notice) => void
  readonly isOnline: () => boolean
  readonly systemLanguages: readonly string[]
  /** As they are when they are first heard, and whenever they change. */
  readonly onPreferences: (preferences: Preferences) => void
  readonly speech: Speech
}

/** The program outside its window: the tray's icon and notices. */
export interface Presence {
  readonly state: DesktopState
  readonly speech: Speech
  hear(news: NodeNews): void
  /** The peer is not heard at the moment. */
  lose(): void
  /** Shows the state again, since it also depends on whether there is a network. */
  refresh(): void
}

/** Keeps tray and notices in step with the peer's news. */
export function createPresence(options: PresenceOptions): Presence {
  let { speech } = options
  let state: DesktopState = NOTHING_KNOWN
  // While the peer starts, no problem is shown.
  let isPeerHeard = true

  function show(): void {
    const { messages, format } = speech
    // News of a peer that is gone may be wrong by now.
    const known = isPeerHeard ? state : NOTHING_KNOWN
    const fraction = ownProgress(known)?.fraction
    options.showProgress(fraction)
    options.tray.show({
      state: trayState({
        isPeerHeard,
        isOnline: options.isOnline(),
        sharing: known.sharing,
        isWorking: known.workingFor.length > 0,
      }),
      ...(fraction === undefined ? {} : { fraction }),
      tooltip: trayTooltip(messages, format, known, isPeerHeard),
      entries: trayMenu(messages, format, known, isPeerHeard),
    })
  }

  async function speak(preferences: Preferences): Promise<void> {
    const spoken = await speechFor(preferences.language, options.systemLanguages)
    if (spoken.language === speech.language) return
    speech = spoken
    show()
  }

  show()
  return {
    get state() {
      return state
    },
    get speech() {
      return speech
    },
    hear(news) {
      const before = state
      state = applyNews(before, news)
      isPeerHeard = true
      for (const notice of noticesBetween(before, state, speech.messages, speech.format))
        options.notify(notice)
      show()
      const { preferences } = state
      if (preferences === undefined || preferences === before.preferences) return
      options.onPreferences(preferences)
      void speak(preferences)
    },
    lose() {
      isPeerHeard = false
      show()
    },
    refresh: show,
  }
}
