import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Sharing } from '#contract'
import { WindowState } from './window/window-bounds.ts'

/** State that the shell itself keeps across restarts; the peer keeps its own. */
const Memory = z.object({
  window: WindowState.optional().catch(undefined),
  /** The sharing that was switched off in the tray. The peer checks it when it gets it back. */
  sharing: z.record(z.string(), z.unknown()).optional().catch(undefined),
  /** Whether the user was told that a closed window does not end the program. */
  knows_background: z.boolean().optional().catch(undefined),
})
type Memory = z.infer<typeof Memory>

/** The shell's memory, in a file of its own. */
export interface DesktopMemory {
  readonly window: WindowState | undefined
  readonly sharing: Sharing | undefined
  readonly knowsBackground: boolean
  rememberWindow(window: WindowState): Promise<void>
  rememberSharing(sharing: Sharing): Promise<void>
  rememberBackground(): Promise<void>
}

/** Reads the memory. A file that is missing or damaged is an empty memory: nothing in it is worth a fault. */
export function openDesktopMemory(path: string): DesktopMemory {
  let memory = read(path)
  let writing: Promise<void> = Promise.resolve()

  function change(part: Partial<Memory>): Promise<void> {
    memory = { ...memory, ...part }
    const text = `${JSON.stringify(memory, null, 2)}\n`
    writing = writing.catch(() => undefined).then(() => write(path, text))
    return writing
  }

  return {
    get window() {
      return memory.window
    },
    get sharing() {
      return memory.sharing as Sharing | undefined
    },
    get knowsBackground() {
      return memory.knows_background ?? false
    },
    rememberWindow: (window) => change({ window }),
    rememberSharing: (sharing) => change({ sharing }),
    rememberBackground: () => change({ knows_background: true }),
  }
}

function read(path: string): Memory {
  try {
    return Memory.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.draft`, text)
  await rename(`${path}.draft`, path)
}
