import { Component, useEffect, useRef, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { IconMoodSad, IconPlugConnectedX } from '@tabler/icons-react'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { EmptyState } from '../../ui/layout/empty-state.tsx'
import { NotLoadedError } from '../../ui/lazy-part.ts'

interface ErrorBoundaryProps {
  readonly children: ReactNode
  /** Loads the page again; the window's own way when absent. */
  readonly onReload?: () => void
}

/**
 * Keeps a screen's mistake inside the screen; the frame and the other screens go on. Another try begins with the page:
 * what could not be loaded once is not asked for again before. It begins by itself once the node is back, where the
 * screen's code did not come.
 */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly failure: unknown }> {
  override state = { failure: undefined }

  static getDerivedStateFromError(failure: unknown): { readonly failure: unknown } {
    return { failure }
  }

  override render(): ReactNode {
    const { children, onReload = reloadPage } = this.props
    const failure: unknown = this.state.failure
    if (failure === undefined) return children
    return failure instanceof NotLoadedError ? (
      <NotLoaded onReload={onReload} />
    ) : (
      <Crashed onReload={onReload} />
    )
  }
}

interface FailedProps {
  readonly onReload: () => void
}

function Crashed({ onReload }: FailedProps) {
  const { common } = useText().frame
  return (
    <EmptyState
      isScreen
      icon={<IconMoodSad />}
      title={common.crashed}
      action={<Button onClick={onReload}>{common.retry}</Button>}
    >
      {common.crashedText}
    </EmptyState>
  )
}

function NotLoaded({ onReload }: FailedProps) {
  const { common } = useText().frame
  const connection = useNode((node) => node.connection)
  const wasAway = useRef(false)
  useEffect(() => {
    if (connection !== 'open') wasAway.current = true
    else if (wasAway.current) onReload()
  }, [connection, onReload])
  return (
    <EmptyState
      isScreen
      icon={<IconPlugConnectedX />}
      title={common.notLoaded}
      action={<Button onClick={onReload}>{common.retry}</Button>}
    >
      {common.notLoadedText}
    </EmptyState>
  )
}

function reloadPage(): void {
  window.location.reload()
}
