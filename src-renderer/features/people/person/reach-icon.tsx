import {
  IconHome,
  IconLink,
  IconLinkOff,
  IconRoute,
  IconSearch,
  IconWorld,
  type Icon,
} from '@tabler/icons-react'
import type { ReachKind } from './reach-words.ts'

const ICONS: Record<ReachKind, Icon> = {
  ip4: IconWorld,
  ip6: IconWorld,
  local: IconHome,
  machine: IconLink,
  relayed: IconRoute,
  looking: IconSearch,
  unreachable: IconLinkOff,
}

/** The picture beside the words; it says nothing that they do not. */
export function ReachIcon({
  kind,
  size,
  className,
}: {
  readonly kind: ReachKind
  readonly size: number
  readonly className?: string | undefined
}) {
  const Shown = ICONS[kind]
  return <Shown size={size} aria-hidden="true" {...(className === undefined ? {} : { className })} />
}
