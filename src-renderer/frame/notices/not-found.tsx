import { Button } from '@mantine/core'
import { IconCompassOff } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useText } from '../../state/text.tsx'
import { EmptyState } from '../../ui/layout/empty-state.tsx'

/** For an address that names nothing. */
export function NotFound() {
  const { common } = useText().frame
  return (
    <EmptyState
      isScreen
      icon={<IconCompassOff />}
      title={common.notFound}
      action={
        <Button component={Link} href="/">
          {common.toOverview}
        </Button>
      }
    >
      {common.notFoundText}
    </EmptyState>
  )
}
