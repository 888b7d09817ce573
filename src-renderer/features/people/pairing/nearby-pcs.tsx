import { Button, Switch } from '@mantine/core'
import { IconDeviceDesktop } from '@tabler/icons-react'
import { useId, useState } from 'react'
import type { NearbyPc } from '#contract'
import type { Messages } from '#text'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { faultOfCall, faultText } from '../../../connection/fault-text.ts'
import { useNode } from '../../../state/node-store.ts'
import { useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import classes from './nearby-pcs.module.css'

/** PCs in the same network, each with a way to pair; with `isAlways` also when there is none. */
export function NearbyPcs({ isAlways }: { readonly isAlways: boolean }) {
  const text = useText().nearby
  const pcs = useNode((node) => node.nearby.pcs)
  if (pcs.length === 0 && !isAlways) return null
  return (
    <Section title={text.title} description={text.description}>
      {pcs.length === 0 ? (
        <p className={classes['none']}>{text.nobody}</p>
      ) : (
        <ul className={classes['pcs']}>
          {pcs.map((pc) => (
            <li key={pc.peer_id}>
              <Pc pc={pc} />
            </li>
          ))}
        </ul>
      )}
      <VisibleSwitch />
    </Section>
  )
}

function Pc({ pc: { peer_id, name, short_name } }: { readonly pc: NearbyPc }) {
  const messages = useText()
  const text = messages.nearby
  const calls = useCalls()
  const [course, setCourse] = useState<{ state: 'open' | 'asking' } | { state: 'failed'; message: string }>({
    state: 'open',
  })

  async function pair(): Promise<void> {
    setCourse({ state: 'asking' })
    try {
      await calls.nearby.pair({ peer_id })
      setCourse({ state: 'open' })
    } catch (error) {
      const message = faultWords(error, name, messages)
      setCourse(message === undefined ? { state: 'open' } : { state: 'failed', message })
    }
  }

  return (
    <div className={classes['pc']}>
      <IconDeviceDesktop size={22} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['name']} dir="auto">
          {text.pc(name)}
        </p>
        <p className={classes['short']}>{text.shortName(short_name)}</p>
      </div>
      <Button
        aria-label={text.pairWith(name)}
        loading={course.state === 'asking'}
        onClick={() => void pair()}
      >
        {text.pair}
      </Button>
      {course.state === 'failed' && (
        <div className={classes['fault']}>
          <FaultNotice message={course.message} />
        </div>
      )}
    </div>
  )
}

/** Why a PC could not be asked; nothing to say when this user ended it. */
function faultWords(error: unknown, name: string, messages: Messages): string | undefined {
  const fault = faultOfCall(error)
  const { fault: text } = messages.nearby
  if (fault === undefined) return faultText(error, messages)
  switch (fault.kind) {
    case 'stale':
      return undefined
    case 'too-busy':
      return text.busy(name)
    case 'not-trusted':
      return text.hidden(name)
    case 'unknown-peer':
    case 'unreachable':
    case 'timed-out':
      return text.gone(name)
    default:
      return text.other(fault.message)
  }
}

function VisibleSwitch() {
  const text = useText().nearby
  const calls = useCalls()
  const run = useAction()
  const visible = useNode((node) => node.nearby.visible)
  const own = useNode((node) => node.info?.name)
  const hintId = useId()
  return (
    <div className={classes['visible']}>
      <div className={classes['words']}>
        <p aria-hidden="true" className={classes['label']}>
          {text.visible}
        </p>
        <p id={hintId} className={classes['short']} dir="auto">
          {text.visibleAs(own ?? '')}
        </p>
      </div>
      <Switch
        aria-label={text.visible}
        aria-describedby={hintId}
        checked={visible}
        onChange={(event) => {
          const { checked } = event.currentTarget
          void run(() => calls.nearby.setVisible({ visible: checked }))
        }}
      />
    </div>
  )
}
