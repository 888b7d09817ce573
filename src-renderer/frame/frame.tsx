import { Suspense, type ReactNode } from 'react'
import { Route, Switch } from 'wouter'
import { useNode } from '../state/node-store.ts'
import { SkeletonList } from '../ui/skeleton-list.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Header } from './header.tsx'
import { LostBanner } from './lost-banner.tsx'
import { NotFound } from './not-found.tsx'
import { RefusedScreen } from './refused-screen.tsx'
import { SCREENS, type ScreenName } from './screens.tsx'
import { SideBar } from './side-bar.tsx'
import classes from './frame.module.css'
import { useText } from '../state/text.tsx'

/** Side bar, header, and the screen that the address names. */
export function Frame({ onRetry }: { readonly onRetry: () => void }) {
  const text = useText()
  const connection = useNode((node) => node.connection)
  if (connection === 'refused') return <RefusedScreen onRetry={onRetry} />
  return (
    <div className={classes['frame']}>
      <a href="#main" className={classes['skip']} onClick={focusMain}>
        {text.frame.skipToContent}
      </a>
      <SideBar />
      <div className={classes['column']}>
        <Header />
        <LostBanner />
        <main id="main" tabIndex={-1} className={classes['main']} data-is-stale={connection === 'lost'}>
          <Switch>
            <Route path="/">{show('overview')}</Route>
            {(['jobs', 'sharing', 'people', 'settings', 'start'] as const).map((name) => (
              <Route key={name} path={`/${name}/*?`}>
                {show(name)}
              </Route>
            ))}
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </main>
      </div>
    </div>
  )
}

/** The address is the route's, so that a link to a place on the page cannot be followed: the focus is moved. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function show(name: ScreenName): ReactNode {
  const Screen = SCREENS[name]
  if (Screen === undefined) return <NotFound />
  return (
    <ErrorBoundary key={name}>
      <Suspense fallback={<Loading />}>
        <Screen />
      </Suspense>
    </ErrorBoundary>
  )
}

function Loading() {
  return (
    <div className={classes['loading']}>
      <SkeletonList rows={5} height={72} />
    </div>
  )
}
