import { useNode } from '../../state/node-store.ts'
import classes from './state-dot.module.css'

type DotState = 'sharing' | 'paused' | 'off' | 'lost'

/** How this PC is doing, in one dot; the header says it in words. */
export function StateDot() {
  const state = useNode((node): DotState => {
    if (node.connection !== 'open') return 'lost'
    switch (node.sharing?.kind) {
      case 'sharing':
      case 'measuring':
        return 'sharing'
      case 'paused-by-user':
      case 'paused-by-rule':
      case 'disk-full':
      case 'finishing':
        return 'paused'
      case 'off':
      case 'outside-hours':
      case undefined:
        return 'off'
    }
  })
  return <span aria-hidden="true" className={classes['dot']} data-state={state} />
}
