import { encodeState } from '../../peer/codec.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { replayAll, restoreState } from '../process/disk.ts'
import type { Resident } from '../resident.ts'
import { hold } from './broken.ts'

/** Checks that the journal, from its beginning or from a snapshot, gives the state byte for byte. @throws Broken */
export function checkDisk({ plan, disk, process }: Resident): void {
  const whole = encodeState(replayAll(disk, plan.peer, plan.name))
  const restored = encodeState(restoreState(disk, plan.peer, plan.name))
  hold('S7', equalBytes(whole, restored), () => `${plan.name}: a snapshot and its tail are not the journal`)
  if (process === undefined) return
  hold(
    'S7',
    equalBytes(whole, encodeState(process.state)),
    () => `${plan.name}: the journal is not the state`,
  )
}
