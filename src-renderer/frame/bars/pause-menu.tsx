import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import classes from './header.module.css'

/** Pauses that are offered, in hours. */
const HOURS = [1, 3, 6, 12] as const

/** Pause, resume, share anyway: whichever would change something now. */
export function PauseMenu() {
  const { pause } = useText().frame
  const calls = useCalls()
  const run = useAction()
  const sharing = useNode((node) => node.sharing)
  const isOpen = useNode((node) => node.connection === 'open')
  if (sharing === undefined || sharing.kind === 'off') return null

  const resume = (
    <Button
      variant="filled"
      disabled={!isOpen}
      leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
      onClick={() => void run(() => calls.sharing.resume(), { success: pause.resumed })}
    >
      {pause.resume}
    </Button>
  )
  if (sharing.kind === 'paused-by-user') return <div className={classes['actions']}>{resume}</div>
  return (
    <div className={classes['actions']}>
      {sharing.kind === 'paused-by-rule' && (
        <Button
          variant="light"
          disabled={!isOpen}
          onClick={() =>
            void run(() => calls.sharing.shareAnyway({ rule: sharing.rule }), { success: pause.sharesAnyway })
          }
        >
          {pause.shareAnyway}
        </Button>
      )}
      {sharing.kind === 'finishing' && resume}
      {/* Inside the header, so that it belongs to a landmark. */}
      <Menu withinPortal={false}>
        <Menu.Target>
          <Button
            disabled={!isOpen}
            leftSection={<IconPlayerPause size={16} aria-hidden="true" />}
            rightSection={<IconChevronDown size={14} aria-hidden="true" />}
          >
            {pause.button}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{pause.menuTitle}</Menu.Label>
          {HOURS.map((hours) => (
            <Menu.Item
              key={hours}
              onClick={() =>
                void run(() => calls.sharing.pause({ minutes: hours * 60 }), { success: pause.paused })
              }
            >
              {pause.hours(hours)}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => void run(() => calls.sharing.pause({}), { success: pause.paused })}>
            {pause.untilResume}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            onClick={() =>
              void run(() => calls.sharing.pause({ finish_first: true }), { success: pause.finishing })
            }
          >
            {pause.finishFirst}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
