import type { MachineReader, ProcessMeter } from '../../ports/hardware.ts'
import { textOf } from './linux-files.ts'

/** `/proc` counts in hundredths of a second (USER_HZ is 100 on every Linux that Node runs on). */
const MS_PER_TICK = 10
/** Pages of memory are this large where Node's own binaries run; others would show a multiple. */
const PAGE_BYTES = 4_096
/** Fields of `/proc/PID/stat` after the name in parentheses (man proc_pid_stat: 14, 15 and 24, counted from 1). */
const UTIME = 11
const STIME = 12
const RSS = 21
/** Of the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. */
const IDLE = 3
const IOWAIT = 4
const COUNTED = 8

/** Reads what processes have used from `/proc`. One that is gone counts nothing. */
export function linuxProcessMeter(proc = '/proc'): ProcessMeter {
  return {
    async read(pids) {
      let [cpuMs, ramBytes] = [0, 0]
      for (const pid of pids) {
        const stat = await textOf(proc, String(pid), 'stat')
        if (stat === undefined) continue
        // The name may hold anything, a parenthesis too: what follows the last one are numbers.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const at = (index: number): number => Number(fields[index] ?? 0) || 0
        cpuMs += (at(UTIME) + at(STIME)) * MS_PER_TICK
        ramBytes += at(RSS) * PAGE_BYTES
      }
      return { cpuMs, ramBytes }
    },
  }
}

/**
 * How busy all cores are since the reading before, and how much of it this program and its hosts were. The first
 * reading tells nothing.
 */
export function linuxLoadReader(options: {
  readonly ownPids: () => readonly number[]
  readonly meter: ProcessMeter
  readonly proc?: string
}): MachineReader {
  const { proc = '/proc', ownPids, meter } = options
  let before: { busy: number; total: number; ownByPid: ReadonlyMap<number, number> } | undefined
  return {
    async read() {
      const [line = ''] = ((await textOf(proc, 'stat')) ?? '').split('\n')
      const fields = line
        .split(/\s+/)
        .slice(1, 1 + COUNTED)
        .map(Number)
      if (!line.startsWith('cpu ') || fields.length < COUNTED || fields.some(Number.isNaN)) return {}
      const total = fields.reduce((sum, ticks) => sum + ticks, 0)
      const busy = total - (fields[IDLE] ?? 0) - (fields[IOWAIT] ?? 0)
      const ownByPid = new Map<number, number>()
      for (const pid of ownPids()) ownByPid.set(pid, (await meter.read([pid])).cpuMs / MS_PER_TICK)
      const last = before
      before = { busy, total, ownByPid }
      if (last === undefined || total <= last.total) return {}
      // A host that is new has used what it used since then; one that is gone took its number with it.
      let own = 0
      for (const [pid, ticks] of ownByPid) own += Math.max(0, ticks - (last.ownByPid.get(pid) ?? 0))
      const percent = (ticks: number): number =>
        Math.min(100, Math.max(0, (100 * ticks) / (total - last.total)))
      return { cpu_percent_total: percent(busy - last.busy), cpu_percent_own: percent(own) }
    },
  }
}
