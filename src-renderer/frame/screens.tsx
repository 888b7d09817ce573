import type { ComponentType, LazyExoticComponent } from 'react'
import { lazyPart } from '../ui/lazy-part.ts'

/** A screen that has a place in the side bar. */
export type ScreenName = 'overview' | 'jobs' | 'sharing' | 'people' | 'settings'

/** The side bar's screens, in its order, and their addresses. */
export const SCREEN_PATHS: readonly { readonly name: ScreenName; readonly path: string }[] = [
  { name: 'overview', path: '/' },
  { name: 'jobs', path: '/jobs' },
  { name: 'sharing', path: '/sharing' },
  { name: 'people', path: '/people' },
  { name: 'settings', path: '/settings' },
]

/** The first start's cards, which stand alone. */
export const START_PATH = '/start'

type Loader = () => Promise<ComponentType>

const LOADERS: Record<ScreenName | 'start', Loader> = {
  overview: async () => (await import('../features/overview/overview-screen.tsx')).OverviewScreen,
  jobs: async () => (await import('../features/jobs/jobs-screen.tsx')).JobsScreen,
  sharing: async () => (await import('../features/sharing/sharing-screen.tsx')).SharingScreen,
  people: async () => (await import('../features/people/people-screen.tsx')).PeopleScreen,
  settings: async () => (await import('../features/settings/settings-screen.tsx')).SettingsScreen,
  start: async () => (await import('../features/start/start-screen.tsx')).StartScreen,
}

/**
 * The screens, each loaded when it is first opened. A feature's component is shown for its path and everything below
 * it (`/jobs`, `/jobs/new`, `/jobs/…`): it routes inside itself. One more feature is one more line above.
 */
export const SCREENS: Record<ScreenName | 'start', LazyExoticComponent<ComponentType>> = {
  overview: lazyPart(LOADERS.overview),
  jobs: lazyPart(LOADERS.jobs),
  sharing: lazyPart(LOADERS.sharing),
  people: lazyPart(LOADERS.people),
  settings: lazyPart(LOADERS.settings),
  start: lazyPart(LOADERS.start),
}

/** Fetches the side bar's screens before they are asked for: they open at once, also while the node is away. */
export async function loadScreens(): Promise<void> {
  for (const { name } of SCREEN_PATHS) {
    try {
      await LOADERS[name]()
    } catch {
      // The node went away meanwhile; who opens the screen then is told.
      return
    }
  }
}

/** The side bar's screen that an address belongs to. */
export function screenAt(path: string): ScreenName | undefined {
  return SCREEN_PATHS.find((entry) =>
    entry.path === '/' ? path === '/' : path === entry.path || path.startsWith(`${entry.path}/`),
  )?.name
}
