import type { FunctionCode } from '../../parse/function-code.ts'
import { cursorAt, readIndex, readOpcode, skipImmediates } from './cursor.ts'

/** Which locals are set in each loop: the loops in the order of the code, each with its range of `locals`. */
export interface LocalSettings {
  /** The local of each local.set and local.tee, in the order of the code. */
  readonly locals: readonly number[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** Of a function whose locals are not asked for. */
export const NO_SETTINGS: LocalSettings = { locals: [], starts: [], ends: [] }

/** Reads a function's code for what its loops set. */
export function findSettings(code: FunctionCode): LocalSettings {
  const cursor = cursorAt(code)
  const settings = { locals: [] as number[], starts: [] as number[], ends: [] as number[] }
  /** The loop of each open block, -1 of others. */
  const open: number[] = []
  while (cursor.at < cursor.end) {
    const opcode = readOpcode(cursor)
    if (opcode === 0x21 || opcode === 0x22) {
      settings.locals.push(readIndex(cursor))
      continue
    }
    skipImmediates(cursor, opcode)
    switch (opcode) {
      case 0x02: // block if try try_table
      case 0x04:
      case 0x06:
      case 0x1f:
        open.push(-1)
        break
      case 0x03: // loop
        settings.ends.push(0)
        open.push(settings.starts.push(settings.locals.length) - 1)
        break
      case 0x0b: // end delegate
      case 0x18: {
        const loop = open.pop() ?? -1
        if (loop >= 0) settings.ends[loop] = settings.locals.length
        break
      }
      default:
    }
  }
  return settings
}
