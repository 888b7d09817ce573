import type { NodeMirror } from '../../state/node-mirror.ts'

/** Whether the node cannot tell when somebody uses this PC. */
export function isInUseUnreadable({ readings }: Pick<NodeMirror, 'readings'>): boolean {
  return readings.some(({ rule, state }) => rule === 'in-use' && state === 'unreadable')
}
