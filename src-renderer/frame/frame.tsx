import { Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { NearbyTries } from '../pairing/nearby-tries.tsx'
import { useNode } from '../state/node-store.ts'
import { useText } from '../state/text.tsx'
import { OwnKey } from '../ui/identity/own-key.tsx'
import { SkeletonList } from '../ui/layout/skeleton-list.tsx'
import { ErrorBoundary } from './notices/error-boundary.tsx'
import { useFileDrag } from './file-drag.ts'
import classes from './frame.module.css'
import { Header } from './bars/header.tsx'
import { LostBanner } from './notices/lost-banner.tsx'
import { NotFound } from './notices/not-found.tsx'
import { RefusedScreen } from './notices/refused-screen.tsx'
import { loadScreens, SCREEN_PATHS, SCREENS, START_PATH, type ScreenName } from './screens.tsx'
import { Shortcuts } from './shortcuts/shortcuts.tsx'
import { SideBar } from './bars/side-bar.tsx'
import { WindowTitle } from './tab/window-title.tsx'

/** The first screen has the network and the processor for itself so long. */
const LOAD_SCREENS_AFTER_MS = 1_500

/** Facts and actions of the window that the frame is in. */
interface FrameProps {
  /** Whether the first start's cards are done, as far as it is known. */
  readonly hasStarted: boolean
  readonly onRetry: () => void
}

/** Everything in the window: the first start's cards alone, any other screen with side bar and header. */
export function Frame({ hasStarted, onRetry }: FrameProps) {
  const isRefused = useNode((node) => node.connection === 'refused')
  const isUnheard = useNode((node) => node.preferences === undefined && node.connection !== 'lost')
  const ownKey = useNode((node) => node.info?.peer_id)
  const isAtStart = useLocation()[0] === START_PATH
  if (isRefused) return <RefusedScreen onRetry={onRetry} />
  // A new window does not show the frame for a moment before the cards.
  if (isUnheard && !hasStarted) return null
  return (
    <OwnKey value={ownKey}>
      <WindowTitle />
      <FirstStart />
      <NearbyTries />
      {isAtStart ? (
        <div className={classes['column']}>
          <LostBanner />
          <Content>{show('start')}</Content>
        </div>
      ) : (
        <Screens />
      )}
    </OwnKey>
  )
}

function Screens() {
  const { skipToContent } = useText().frame
  useFileDrag()
  useEffect(() => {
    const handle = window.setTimeout(() => void loadScreens(), LOAD_SCREENS_AFTER_MS)
    return () => window.clearTimeout(handle)
  }, [])
  return (
    <div className={classes['frame']}>
      <a href="#main" className={classes['skip']} onClick={focusMain}>
        {skipToContent}
      </a>
      <SideBar />
      <div className={classes['column']}>
        <Header />
        <LostBanner />
        <Content>
          <Switch>
            {SCREEN_PATHS.map(({ name, path }) => (
              <Route key={name} path={path === '/' ? path : `${path}/*?`}>
                {show(name)}
              </Route>
            ))}
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Content>
      </div>
      <Shortcuts />
    </div>
  )
}

/** Where screens are shown; another address begins at its top, and a keyboard's next step is inside it. */
function Content({ children }: { readonly children: ReactNode }) {
  const main = useRef<HTMLElement>(null)
  const [path] = useLocation()
  const shown = useRef(path)
  const isStale = useNode((node) => node.connection === 'lost')
  useEffect(() => {
    if (shown.current === path || main.current === null) return
    shown.current = path
    main.current.scrollTo(0, 0)
    if (!main.current.contains(document.activeElement)) main.current.focus({ preventScroll: true })
  }, [path])
  return (
    <main ref={main} id="main" tabIndex={-1} className={classes['main']} data-is-stale={isStale}>
      {children}
    </main>
  )
}

/** The address is the route's, so that a link to a place on the page cannot be followed: the focus is moved. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

/** Opens the first start's cards, once for each window, until they were gone through or skipped. */
function FirstStart() {
  const isDone = useNode((node) => node.preferences?.first_start_done)
  const isAtOverview = useLocation()[0] === '/'
  const [isOffered, setIsOffered] = useState(false)
  useEffect(() => {
    if (isDone === false) setIsOffered(true)
  }, [isDone])
  return isDone === false && isAtOverview && !isOffered ? <Redirect to={START_PATH} replace /> : null
}

function show(name: ScreenName | 'start'): ReactNode {
  const Screen = SCREENS[name]
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
