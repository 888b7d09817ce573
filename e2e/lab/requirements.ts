import { findProgram } from './commands.ts'

/** Programs without which there is no lab, and the packages that have them. */
const PROGRAMS = { ip: 'iproute2', nft: 'nftables' }

/** The same of single rows. */
const ROW_PROGRAMS = { miniupnpd: 'miniupnpd-nftables', tcpdump: 'tcpdump' }

/** The system, the user and the programs of a machine. */
interface Machine {
  readonly platform: NodeJS.Platform
  readonly userId: number | undefined
  readonly find: (program: string) => string | undefined
}

/** Says in words why this machine cannot run the lab; undefined where it can. */
export function missingForLab(machine: Machine = thisMachine()): string | undefined {
  if (machine.platform !== 'linux') return 'it needs network namespaces, which only Linux has'
  if (machine.userId !== 0) return 'it needs root, to make network namespaces'
  const absent = Object.entries(PROGRAMS).filter(([program]) => machine.find(program) === undefined)
  if (absent.length === 0) return undefined
  return `it needs ${absent.map(([program, source]) => `${program} (package ${source})`).join(' and ')}`
}

/** Says in words why this machine cannot run one row. */
export function missingForRow(
  needs: keyof typeof ROW_PROGRAMS | undefined,
  machine: Machine = thisMachine(),
): string | undefined {
  if (needs === undefined || machine.find(needs) !== undefined) return undefined
  return `it needs ${needs} (package ${ROW_PROGRAMS[needs]})`
}

function thisMachine(): Machine {
  return { platform: process.platform, userId: process.getuid?.(), find: findProgram }
}
