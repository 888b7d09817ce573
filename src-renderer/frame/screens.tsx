import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

/**
 * The screens, each loaded when it is first opened. A feature's component is shown for its path and everything below
 * it (`/jobs`, `/jobs/new`, `/jobs/…`): it routes inside itself.
 */
const files = import.meta.glob<Record<string, unknown>>('../features/*/*-screen.tsx')

export type ScreenName = 'overview' | 'jobs' | 'sharing' | 'people' | 'settings' | 'start'

function screen(name: ScreenName): LazyExoticComponent<ComponentType> | undefined {
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

export const SCREENS: Record<ScreenName, LazyExoticComponent<ComponentType> | undefined> = {
  overview: screen('overview'),
  jobs: screen('jobs'),
  sharing: screen('sharing'),
  people: screen('people'),
  settings: screen('settings'),
  start: screen('start'),
}
