import { execFile } from 'node:child_process'

/** Each tool prints a line or two. */
const OUTPUT_BYTES_MAX = 64 << 10

/** Runs a tool and returns what it prints. Rejects when it is missing, fails, or does not end before the signal. */
export type Command = (file: string, parameters: readonly string[], signal: AbortSignal) => Promise<string>

/** Runs tools of the system, without a shell. */
export const runCommand: Command = (file, parameters, signal) =>
  new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: OUTPUT_BYTES_MAX, killSignal: 'SIGKILL' } as const
    execFile(file, [...parameters], options, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${file} does not tell`, { cause: error }))
    })
  })
