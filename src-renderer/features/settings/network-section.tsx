import { Button } from '@mantine/core'
import {
  IconRefresh,
  IconRoute,
  IconRouter,
  IconShieldCheck,
  IconShieldQuestion,
  type Icon,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { NodeInfo, OwnReach } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { Section } from '../../ui/layout/section.tsx'
import { JoinList } from './join-list.tsx'
import { NetworkChoices } from './network-choices.tsx'
import { NetworkFacts, useList } from './network-facts.tsx'
import { networkVerdict, type VerdictKind } from './network-words.ts'
import classes from './network-section.module.css'

const ICONS: Record<VerdictKind, Icon> = {
  open: IconShieldCheck,
  local: IconShieldCheck,
  relayed: IconRoute,
  mapped: IconShieldQuestion,
  closed: IconRouter,
  unknown: IconShieldQuestion,
}

/** How this PC is reached by others, as people confirm it, with advice, and choices such as port mapping and relaying. */
export function NetworkSection({ info }: { readonly info: NodeInfo }) {
  const { network: words } = useText().settings
  const calls = useCalls()
  const run = useAction()
  const reach = useNode((node) => node.reach) ?? info.reach
  const connected = useNode((node) => [...node.people.values()].filter((person) => person.connected).length)
  const [isChecking, setIsChecking] = useState(false)
  const check = async () => {
    setIsChecking(true)
    await run(() => calls.node.checkReach(), { success: words.checked })
    setIsChecking(false)
  }
  return (
    <Section
      title={words.title}
      actions={
        connected > 0 && (
          <Button
            size="xs"
            loading={isChecking}
            leftSection={<IconRefresh size={14} aria-hidden="true" />}
            onClick={() => void check()}
          >
            {words.check}
          </Button>
        )
      }
    >
      <div className={classes['network']}>
        <VerdictBox reach={reach} connected={connected} />
        <NetworkFacts reach={reach} />
        <div className={classes['choices']}>
          <NetworkChoices reach={reach} />
          <JoinList addresses={reach.join_through} />
        </div>
      </div>
    </Section>
  )
}

function VerdictBox({ reach, connected }: { readonly reach: OwnReach; readonly connected: number }) {
  const { network: words } = useText().settings
  const { kind, sentence, todo } = networkVerdict(reach, connected, words, useList())
  const Shown = ICONS[kind]
  return (
    <div className={classes['verdict']} data-verdict={kind}>
      <Shown size={20} aria-hidden="true" className={classes['icon'] ?? ''} />
      <div>
        <p className={classes['sentence']}>{sentence}</p>
        {todo !== undefined && <p className={classes['todo']}>{todo}</p>}
      </div>
    </div>
  )
}
