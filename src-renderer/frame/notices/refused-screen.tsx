import { Button, Code } from '@mantine/core'
import { IconKeyOff } from '@tabler/icons-react'
import { useText } from '../../state/text.tsx'
import { EmptyState } from '../../ui/layout/empty-state.tsx'
import classes from './refused-screen.module.css'

/** The line that makes a new link. */
const COMMAND = 'meshctl ui'

/** In place of everything, when the node does not let this window in. */
export function RefusedScreen({ onRetry }: { readonly onRetry: () => void }) {
  const { connection } = useText().frame
  return (
    <main className={classes['screen']}>
      <EmptyState
        isScreen
        icon={<IconKeyOff />}
        title={connection.refusedTitle}
        action={
          <>
            <Code className={classes['command'] ?? ''}>{COMMAND}</Code>
            <Button onClick={onRetry}>{connection.refusedAgain}</Button>
          </>
        }
      >
        {connection.refusedText}
      </EmptyState>
    </main>
  )
}
