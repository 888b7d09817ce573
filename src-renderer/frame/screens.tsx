import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

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

/**
 * The screens, each loaded when it is first opened. A feature's component is shown for its path and everything below
 * it (`/jobs`, `/jobs/new`, `/jobs/…`): it routes inside itself. One more feature is one more line here.
 */
export const SCREENS: Record<ScreenName | 'start', LazyExoticComponent<ComponentType>> = {
  overview: lazy(async () => ({
    default: (await import('../features/overview/overview-screen.tsx')).OverviewScreen,
  })),
  jobs: lazy(async () => ({ default: (await import('../features/jobs/jobs-screen.tsx')).JobsScreen })),
  sharing: lazy(async () => ({
    default: (await import('../features/sharing/sharing-screen.tsx')).SharingScreen,
  })),
  people: lazy(async () => ({
    default: (await import('../features/people/people-screen.tsx')).PeopleScreen,
  })),
  settings: lazy(async () => ({
    default: (await import('../features/settings/settings-screen.tsx')).SettingsScreen,
  })),
  start: lazy(async () => ({ default: (await import('../features/start/start-screen.tsx')).StartScreen })),
}

/** The side bar's screen that an address belongs to. */
export function screenAt(path: string): ScreenName | undefined {
  return SCREEN_PATHS.find((entry) =>
    entry.path === '/' ? path === '/' : path === entry.path || path.startsWith(`${entry.path}/`),
  )?.name
}
