/**
 * The speed of this machine, measured once for all peers of the tests: it keeps both cores busy for seconds, starts some fifty
 * programs, and each peer would find the same.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { startDemoPeer, stopDemoPeer, type DemoPeer } from './cli/demo/demo-peers.ts'
import { openDatabase, openForReading } from './storage/database/database.ts'
import { openSettings } from './storage/database/settings.ts'

const HARDWARE_FILE = 'hardware.json'
const FILE = join(import.meta.dirname, '../out/measured.json')
/** An older measurement may be of another program, and its scores of other engines. */
const AGE_MS_MAX = 3_600_000
const LOOK_AGAIN_MS = 50

/**
 * The file with the hardware, and the peer's settings with its measured scores. There is no hardware where a tool was late, on a
 * very busy machine: each peer then looks for itself. A score is named after its engine, so that one of an older engine is not used.
 */
const Measured = z.object({
  hardware: z
    .looseObject({ info: z.looseObject({ disk: z.looseObject({ path: z.string() }) }) })
    .exactOptional(),
  scores: z.array(z.object({ key: z.string(), value: z.string() })).min(1),
})

/** Measures this machine by a peer that does nothing else, unless that was done within the hour. */
export async function measureMachine(): Promise<void> {
  if (existsSync(FILE) && Date.now() - (await stat(FILE)).mtimeMs < AGE_MS_MAX) return
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-measuring-'))
  try {
    const peer = await startDemoPeer({ folder, name: 'measuring', part: 'provider', cores: 1 })
    try {
      const isMeasured = async () => (await peer.api.calls.node.info()).algorithms.length > 0
      while (!(await isMeasured())) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
    } finally {
      await stopDemoPeer(peer)
    }
    await keepMeasured(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Keeps what the peer of a folder found; it has stopped. */
async function keepMeasured(folder: string): Promise<void> {
  const database = openForReading(folder)
  const scores = database.prepare("SELECT key, value FROM setting WHERE key LIKE 'score:%'").all()
  database.close()
  const file = join(folder, HARDWARE_FILE)
  const found = existsSync(file) ? { hardware: JSON.parse(await readFile(file, 'utf8')) as unknown } : {}
  await mkdir(dirname(FILE), { recursive: true })
  const aside = `${FILE}.${process.pid}.new`
  await writeFile(aside, JSON.stringify(Measured.parse({ ...found, scores })))
  await rename(aside, FILE)
}

/**
 * Gives a new folder the measurement, as if its peer had made it in an earlier run. Where there is none (a benchmark that runs
 * before any test), the peer measures by itself.
 */
export async function giveMeasured(folder: string): Promise<void> {
  if (!existsSync(FILE)) return
  const { hardware, scores } = Measured.parse(JSON.parse(await readFile(FILE, 'utf8')))
  const database = openDatabase(folder)
  const settings = openSettings(database)
  for (const { key, value } of scores) settings.write(key, JSON.parse(value))
  database.close()
  if (hardware === undefined) return
  hardware.info.disk.path = folder
  await writeFile(join(folder, HARDWARE_FILE), JSON.stringify(hardware), { mode: 0o600 })
}

/** Makes a new temporary folder for a peer, with the measurement. */
export async function newMeasuredFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  await giveMeasured(folder)
  return folder
}

/** Starts a peer that need not measure, in a process and a subfolder of its own, with one core to lend. */
export async function startMeasuredPeer(folder: string, name: string): Promise<DemoPeer> {
  const own = join(folder, name)
  await giveMeasured(own)
  return startDemoPeer({ folder: own, name, part: 'provider', cores: 1 })
}
