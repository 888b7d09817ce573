import { frame } from './frame.ts'
import * as jobKinds from './job-kinds/kinds.ts'
import { jobs } from './jobs.ts'
import { nearby } from './nearby.ts'
import { overview } from './overview.ts'
import { people } from './people.ts'
import { settings } from './settings.ts'
import { sharing } from './sharing.ts'
import { start } from './start.ts'
import { thanks } from './thanks.ts'
import { tray } from './tray.ts'

import type { Messages } from '../messages.ts'

/** All texts of the program, in German. */
export const german: Messages = {
  frame,
  overview,
  jobs,
  jobKinds,
  sharing,
  people,
  nearby,
  settings,
  start,
  thanks,
  tray,
}
