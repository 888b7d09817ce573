import { findProgram } from './commands.ts'

/** Programs without which there is no lab. */
const PROGRAMS = { ip: 'iproute2', nft: 'nftables' }

/** What this machine lacks to run the lab, in words; undefined where the lab can run. */
export function missingForLab(): string | undefined {
  if (process.platform !== 'linux') return 'it needs network namespaces, which only Linux has'
  if (process.getuid?.() !== 0) return 'it needs root, to make network namespaces'
  const absent = Object.entries(PROGRAMS).filter(([program]) => findProgram(program) === undefined)
  if (absent.length === 0) return undefined
  return `it needs ${absent.map(([program, source]) => `${program} (package ${source})`).join(' and ')}`
}
