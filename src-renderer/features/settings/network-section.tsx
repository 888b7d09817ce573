import { Button } from '@mantine/core'
import { IconRefresh, IconRouter, IconShieldCheck, IconShieldQuestion, type Icon } from '@tabler/icons-react'
import { useState } from 'react'
import type { Confirmation, NodeInfo, OwnReach } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { Facts, type Fact } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import classes from './network-section.module.css'

/** A clock that is off by less does no harm: what is signed is good for minutes. */
const CLOCK_OFF_MS = 30_000

const ICONS: Record<OwnReach['reachability'], Icon> = {
  open: IconShieldCheck,
  local: IconShieldCheck,
  closed: IconRouter,
  unknown: IconShieldQuestion,
}

/** How this PC is reached by others, whether somebody confirms it, and what to do where not. */
export function NetworkSection({ info }: { readonly info: NodeInfo }) {
  const { network: words } = useText().settings
  const calls = useCalls()
  const run = useAction()
  const reach = useNode((node) => node.reach) ?? info.reach
  const connected = useNode((node) => node.pulse?.connections.length) ?? info.connections.length
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
        <Verdict reach={reach} connected={connected} />
        <Facts facts={useFacts(reach)} />
      </div>
    </Section>
  )
}

function Verdict({ reach, connected }: { readonly reach: OwnReach; readonly connected: number }) {
  const { network: words } = useText().settings
  const { reachability, listening } = reach
  const Shown = ICONS[reachability]
  const port = listening.kind === 'kept' ? listening.port : undefined
  const todo =
    reachability === 'closed'
      ? words.openPort(port === undefined ? undefined : String(port))
      : reachability === 'unknown'
        ? connected > 0
          ? words.askThem
          : words.nobodyToAsk
        : reachability === 'local'
          ? words.nobodyOutside
          : undefined
  return (
    <div className={classes['verdict']} data-reachability={reachability}>
      <Shown size={20} aria-hidden="true" className={classes['icon'] ?? ''} />
      <div>
        <p className={classes['sentence']}>{words.verdict[reachability]}</p>
        {todo !== undefined && <p className={classes['todo']}>{todo}</p>}
      </div>
    </div>
  )
}

function useFacts({ listening, addresses, ipv6, nearby, confirmations }: OwnReach): Fact[] {
  const { network: words } = useText().settings
  const format = useFormat()
  return [
    {
      name: words.port,
      ...(listening.kind === 'kept'
        ? { value: String(listening.port), more: words.portKept }
        : listening.kind === 'given'
          ? { value: listening.ports.join(', '), more: words.portGiven }
          : { value: words.nowhere }),
    },
    {
      name: words.addresses,
      value:
        addresses.length === 0
          ? words.noAddresses
          : addresses.map(({ address, scope }) => (
              <div key={address} className={classes['address']}>
                <code>{address}</code>
                <span className={classes['dim']}>{words.scope[scope]}</span>
              </div>
            )),
    },
    { name: 'IPv6', value: words.ipv6[ipv6] },
    { name: words.nearby, value: nearby ? words.nearbyOn : words.nearbyOff },
    ...(confirmations.length === 0
      ? []
      : [
          {
            name: words.confirmed,
            value: confirmations.map((one) => (
              <div key={one.peer_id} className={classes['confirmation']}>
                {words.said(one.name, words.outcome[one.outcome], format.ago(one.at_ms))}
                {clockIsOff(one) && (
                  <div className={classes['dim']}>
                    {words.clockOff(
                      one.name,
                      format.duration(Math.abs(one.clock.ahead_ms)),
                      one.clock.ahead_ms > 0,
                    )}
                  </div>
                )}
              </div>
            )),
          },
        ]),
  ]
}

type WithClock = Confirmation & { readonly clock: NonNullable<Confirmation['clock']> }

function clockIsOff(one: Confirmation): one is WithClock {
  return one.clock !== undefined && Math.abs(one.clock.ahead_ms) - one.clock.error_ms > CLOCK_OFF_MS
}
