import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { z } from 'zod'

/** Of what a peer complained about before it failed, the last lines. */
const COMPLAINTS_SHOWN = 10

/** Waits for the line by which a daemon says that it is ready. @throws Error with its complaints when it is not in time */
export function readyLine<S extends z.ZodType>(
  child: ChildProcess,
  { name, schema, withinMs }: { readonly name: string; readonly schema: S; readonly withinMs: number },
): Promise<z.infer<S>> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('a peer without output')
  const complaints: string[] = []
  createInterface({ input: stderr }).on('line', (line) => complaints.push(line))
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error([`${name}: ${why}`, ...complaints.slice(-COMPLAINTS_SHOWN)].join('\n')))
    }
    const timer = setTimeout(() => fail('not ready in time'), withinMs)
    child.once('exit', (code) => fail(`ended with exit code ${code}`))
    createInterface({ input: stdout }).once('line', (line) => {
      clearTimeout(timer)
      child.removeAllListeners('exit')
      resolve(schema.parse(JSON.parse(line)))
    })
  })
}

/** Ends a process by a signal, and surely when that takes too long. @returns its exit code */
export async function endProcess(
  child: ChildProcess,
  signal: 'SIGTERM' | 'SIGKILL',
  withinMs: number,
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
  return code.finally(() => clearTimeout(timer))
}
