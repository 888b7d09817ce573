import {
  IconCalendarTime,
  IconHome,
  IconPhoto,
  IconSettings,
  IconUsers,
  type Icon,
} from '@tabler/icons-react'
import { Link, useLocation } from 'wouter'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { countRunning } from './running-jobs.ts'
import { screenAt, SCREEN_PATHS, type ScreenName } from '../screens.tsx'
import { StateDot } from './state-dot.tsx'
import classes from './side-bar.module.css'

const ICONS: Record<ScreenName, Icon> = {
  overview: IconHome,
  jobs: IconPhoto,
  sharing: IconCalendarTime,
  people: IconUsers,
  settings: IconSettings,
}

/** This PC's name and state, and where to go; icons only in a narrow window. */
export function SideBar() {
  const text = useText().frame
  const here = screenAt(useLocation()[0])
  const name = useNode((node) => node.info?.name)
  return (
    <nav aria-label={text.navigation} className={classes['bar']}>
      <div className={classes['pc']} title={name}>
        <StateDot />
        <span className={classes['name']} dir="auto">
          {name ?? text.thisPc}
        </span>
      </div>
      <ul className={classes['entries']}>
        {SCREEN_PATHS.map(({ name: screen, path }) => {
          const Icon = ICONS[screen]
          return (
            <li key={screen} data-screen={screen}>
              <Link
                href={path}
                aria-current={screen === here ? 'page' : undefined}
                className={classes['entry']}
                title={text.screens[screen]}
              >
                <Icon size={20} stroke={1.6} aria-hidden="true" />
                <span className={classes['label']}>{text.screens[screen]}</span>
                {screen === 'jobs' && <JobCount />}
                {screen === 'people' && <PeopleCount />}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

function JobCount() {
  const count = useNode((node) => countRunning(node.jobs))
  return <Count count={count} />
}

function PeopleCount() {
  const count = useNode((node) => node.people.size)
  const waiting = useNode((node) => node.pairRequests.filter((r) => r.direction === 'incoming').length)
  return waiting > 0 ? <Count count={waiting} isCalling /> : <Count count={count} />
}

function Count({ count, isCalling = false }: { readonly count: number; readonly isCalling?: boolean }) {
  const format = useFormat()
  if (count === 0) return null
  return (
    <span className={classes['count']} data-is-calling={isCalling}>
      {format.number(count)}
    </span>
  )
}
