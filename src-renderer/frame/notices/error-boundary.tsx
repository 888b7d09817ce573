import { Component, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { IconMoodSad } from '@tabler/icons-react'
import { useText } from '../../state/text.tsx'
import { EmptyState } from '../../ui/layout/empty-state.tsx'

/**
 * Keeps a screen's mistake inside the screen; the frame and the other screens go on. Another try begins with the page:
 * what could not be loaded once is not asked for again before.
 */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly hasFailed: boolean }
> {
  override state = { hasFailed: false }

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true }
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    return <Crashed />
  }
}

function Crashed() {
  const { common } = useText().frame
  return (
    <EmptyState
      isScreen
      icon={<IconMoodSad />}
      title={common.crashed}
      action={<Button onClick={() => window.location.reload()}>{common.retry}</Button>}
    >
      {common.crashedText}
    </EmptyState>
  )
}
