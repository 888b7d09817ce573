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
 * it (`/jobs`, `/jobs/new`, `/jobs/…`): it routes inside itself.
 */
const files = import.meta.glob<Record<string, unknown>>('../features/*/*-screen.tsx')

function screen(name: string): LazyExoticComponent<ComponentType> | undefined {
  const load = files[`../features/${name}/${name}-screen.tsx`]
  return (
    load &&
    lazy(async () => {
      const file = await load()
      const component = Object.values(file).find((value) => typeof value === 'function')
      return { default: component as ComponentType }
    })
  )
}

export const SCREENS: Record<ScreenName | 'start', LazyExoticComponent<ComponentType> | undefined> = {
  overview: screen('overview'),
  jobs: screen('jobs'),
  sharing: screen('sharing'),
  people: screen('people'),
  settings: screen('settings'),
  start: screen('start'),
}

/** The side bar's screen that an address belongs to. */
export function screenAt(path: string): ScreenName | undefined {
  return SCREEN_PATHS.find((entry) =>
    entry.path === '/' ? path === '/' : path === entry.path || path.startsWith(`${entry.path}/`),
  )?.name
}
