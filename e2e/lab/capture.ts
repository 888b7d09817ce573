import { open } from 'node:fs/promises'
import { findProgram } from './commands.ts'
import type { Namespace } from './testbed.ts'

const READ_BYTES = 1 << 20
const ENOUGH_BYTES = 8 << 20

/** A recording of every packet that crosses a namespace. */
export interface Capture {
  /** Ends it. @returns the packets' bytes on disk, headers included */
  stop(): Promise<{ readonly path: string }>
}

/** Begins to listen on all interfaces of a namespace. @throws Error where tcpdump is not installed */
export async function beginCapture(namespace: Namespace, path: string): Promise<Capture> {
  const program = findProgram('tcpdump')
  if (program === undefined) throw new Error('tcpdump is not installed')
  const settings = ['-i', 'any', '-s', '0', '-U', '-B', String(ENOUGH_BYTES >> 10), '-Z', 'root']
  const child = namespace.spawn(program, [...settings, '-w', path], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (text: Buffer) => {
      said += text.toString()
      if (said.includes('listening on')) resolve()
    })
    child.once('exit', () => reject(new Error(`tcpdump ended: ${said.trim()}`)))
  })
  return {
    async stop() {
      child.kill('SIGINT')
      await ended
      return { path }
    },
  }
}

/** A text or bytes that might be in a capture. */
export interface Needle {
  readonly name: string
  readonly bytes: Buffer
}

/**
 * Looks for bytes in a file. One that two packets share is not found; what travels in the open does so again and again.
 * @returns the names of those found, and how much was looked through
 */
export async function search(
  path: string,
  needles: readonly Needle[],
): Promise<{ found: readonly string[]; bytes: number }> {
  const overlap = Math.max(0, ...needles.map(({ bytes }) => bytes.byteLength)) - 1
  const found = new Set<string>()
  const file = await open(path)
  let bytes = 0
  try {
    let kept = Buffer.alloc(0)
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, bytes)
      if (bytesRead === 0) break
      bytes += bytesRead
      const window = Buffer.concat([kept, buffer.subarray(0, bytesRead)])
      for (const needle of needles) if (window.includes(needle.bytes)) found.add(needle.name)
      kept = window.subarray(Math.max(0, window.byteLength - overlap))
    }
  } finally {
    await file.close()
  }
  return { found: [...found], bytes }
}
