import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

/** A part of the window whose code did not come, mostly because the node was away: the page has to be loaded again. */
export class NotLoadedError extends Error {
  override readonly name = 'NotLoadedError'
}

/**
 * A component whose code is fetched when it is first shown, inside a `Suspense`.
 * @throws NotLoadedError while it is drawn, if its code did not come: a browser may not ask for it twice
 */
export function lazyPart<Props>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() }
    } catch (error) {
      throw new NotLoadedError('a part of the window could not be fetched', { cause: error })
    }
  })
}
