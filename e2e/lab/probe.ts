import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Namespace } from './testbed.ts'

const PROGRAM = join(import.meta.dirname, 'probe-process.ts')

/** Asks from inside a namespace. @returns its first line */
export async function probe(from: Namespace, ...args: readonly string[]): Promise<string> {
  const child = from.spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('a probe without output')
  const closed = once(child, 'close')
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  await closed
  return lines[0] ?? ''
}

/** Listens in a namespace from now on, until it is removed, and tells callers how it sees them. */
export async function listenIn(namespace: Namespace, address: string, port: number): Promise<void> {
  const child = namespace.spawn(process.execPath, [PROGRAM, 'listen', address, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('a probe without output')
  await once(child.stdout, 'data')
}
