import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The destination of the route that leads to everywhere. */
const EVERYWHERE = '00000000'

/**
 * Megabits a second of the link to the internet, from files of the kernel: the tools that systeminformation
 * asks instead keep this process waiting, however long they take.
 *
 * @returns -1 or undefined where the driver does not tell, as in most virtual machines and for wireless links
 */
export async function linuxLinkMbps(root = '/'): Promise<number | undefined> {
  try {
    const name = defaultInterface(await readFile(join(root, 'proc/net/route'), 'utf8'))
    // The name becomes part of a path, so it must be a plain interface name.
    if (name === undefined || !/^[\w.@-]{1,15}$/.test(name) || name.startsWith('.')) return undefined
    const text = await readFile(join(root, 'sys/class/net', name, 'speed'), 'utf8')
    return Number(text.trim())
  } catch {
    return undefined
  }
}

/** The interface of the first route to everywhere in the kernel's table; columns: interface, destination, gateway, … */
function defaultInterface(table: string): string | undefined {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
  return rows.find(([, destination]) => destination === EVERYWHERE)?.[0]
}
