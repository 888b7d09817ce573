import { open, readFile } from 'node:fs/promises'
import type { Runner, RunListener, RunOutcome, RunOutput, RunTask } from '../../ports/runner.ts'

/** A tile that is this much too bright looks right to the eye and is wrong in every bit. */
const BRIGHTER_BY = 1.02

/** The share of the true fuel that it asks for where it returns the right picture. */
const DEARER_BY = 1.25

/**
 * A runner that lies: what others asked for comes back plausible and wrong, or right for a higher price. For the
 * demo, to show that both are noticed; no product code reaches it.
 */
export function sabotage(honest: Runner): Runner {
  return {
    ...honest,
    get concurrency() {
      return honest.concurrency
    },
    run(tasks: readonly RunTask[], listener: RunListener) {
      const pending: Promise<void>[] = []
      const finished = (task: RunTask, outcome: RunOutcome): void => {
        pending.push(falsify(task, outcome).then((lie) => listener.finished(task, lie)))
      }
      return honest.run(tasks, { ...listener, finished }).then(async () => {
        await Promise.all(pending)
      })
    },
  }
}

async function falsify(task: RunTask, outcome: RunOutcome): Promise<RunOutcome> {
  if (outcome.kind !== 'done' || task.unitIndex === undefined) return outcome
  const { fuel } = outcome.metrics
  if (fuel !== undefined && task.unitIndex % 2 === 1) {
    return { ...outcome, metrics: { ...outcome.metrics, fuel: Math.ceil(fuel * DEARER_BY) } }
  }
  return { ...outcome, output: await brighten(outcome.output) }
}

async function brighten(output: RunOutput): Promise<RunOutput> {
  if (output.kind === 'bytes') return { kind: 'bytes', bytes: brighter(output.bytes) }
  const file = await open(output.path, 'r+')
  try {
    await file.write(brighter(await readFile(output.path)), 0, output.bytes, 0)
  } finally {
    await file.close()
  }
  return output
}

/** The film's sums (i64, little-endian) times a little more than one. */
function brighter(film: Uint8Array): Uint8Array {
  const lie = film.slice()
  const sums = new DataView(lie.buffer, lie.byteOffset, lie.byteLength)
  for (let at = 0; at + 8 <= lie.byteLength; at += 8) {
    const sum = Number(sums.getBigInt64(at, true))
    sums.setBigInt64(at, BigInt(Math.round(sum * BRIGHTER_BY) + 1), true)
  }
  return lie
}
