import { Switch } from '@mantine/core'
import type { NetworkChange, OwnReach } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useExpected } from '../../state/expected.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { SettingRow } from './setting-row.tsx'
import classes from './network-section.module.css'

/** Choices by which this PC and its friends are reached: mapping a port at the router, relaying. */
export function NetworkChoices({ reach }: { readonly reach: OwnReach }) {
  const { choices: words } = useText().settings.network
  const mapPort = useSwitch(reach.port_mapping.allowed, (map_port) => ({ map_port }))
  // A host that relays by itself shows whether it does.
  const relay = useSwitch(reach.relaying.is_on, (isOn) => ({ relay: isOn }))
  return (
    <>
      <SettingRow
        label={words.mapPort}
        description={words.mapPortText}
        control={(ids) => (
          <Switch
            {...ids}
            checked={mapPort.shown}
            onChange={(event) => mapPort.change(event.currentTarget.checked)}
          />
        )}
      />
      <SettingRow
        label={words.relay}
        description={
          <>
            {words.relayText} <RelayingNow relaying={reach.relaying} />
          </>
        }
        control={(ids) => (
          <Switch
            {...ids}
            checked={relay.shown}
            onChange={(event) => relay.change(event.currentTarget.checked)}
          />
        )}
      />
    </>
  )
}

/** Why this PC relays or not while the choice is automatic, and how many connections it carries. */
function RelayingNow({ relaying }: { readonly relaying: OwnReach['relaying'] }) {
  const { choices: words } = useText().settings.network
  const format = useFormat()
  const { choice, is_on, lines } = relaying
  const byItself = choice === 'auto' ? (is_on ? words.autoOn : words.autoOff) : undefined
  const carried = is_on ? words.lines(lines, format.number(lines)) : undefined
  if (byItself === undefined && carried === undefined) return null
  return <span className={classes['now']}>{[byItself, carried].filter(Boolean).join(' ')}</span>
}

/** A switch that shows a change at once, and takes it back when the node refuses. */
function useSwitch(told: boolean, changeOf: (isOn: boolean) => NetworkChange) {
  const calls = useCalls()
  const run = useAction()
  const { shown, expect, drop } = useExpected(told)
  const change = (isOn: boolean) => {
    expect(isOn)
    void run(() => calls.node.setNetwork(changeOf(isOn))).then((done) => {
      if (done === undefined) drop()
    })
  }
  return { shown, change }
}
