import { readFile } from 'node:fs/promises'
import type { DemoPeer } from '../demo/demo-peers.ts'

/** Clock ticks per second in /proc (sysconf(_SC_CLK_TCK), 100 on every Linux that Node supports). */
const TICKS_PER_S = 100

/** Processor time of peers and of the hosts that they started, ended ones too. */
export function cpuSeconds(peers: readonly DemoPeer[]): Promise<number> {
  return treeSeconds(peers.flatMap(({ process: { pid } }) => pid ?? []))
}

/** Processor time of processes and of their children, ended ones too; NaN where the system does not tell. */
export async function treeSeconds(pids: readonly number[]): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN
  let sum = 0
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // User and system time, its own and that of children that ended.
    for (const field of fields.slice(11, 15)) sum += Number(field) / TICKS_PER_S
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
    sum += await treeSeconds(children.split(' ').filter(Boolean).map(Number))
  }
  return sum
}
