/**
 * The speed of this machine, measured once for all peers of a run: it keeps both cores busy for seconds, and each peer would
 * find the same.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { openDatabase, openForReading } from '../src-main/storage/database/database.ts'
import { openSettings } from '../src-main/storage/database/settings.ts'

const HARDWARE_FILE = 'hardware.json'
const FILE = join(import.meta.dirname, '../out/e2e/measured.json')

/**
 * The file with the hardware, and the peer's settings with its measured scores. There is no file where a tool was late, on a very
 * busy machine: each peer then looks for itself.
 */
const Measured = z.object({
  hardware: z
    .looseObject({ info: z.looseObject({ disk: z.looseObject({ path: z.string() }) }) })
    .exactOptional(),
  scores: z.array(z.object({ key: z.string(), value: z.string() })).min(1),
})

/** Keeps what the peer of a folder found; it has stopped. */
export async function keepMeasured(folder: string): Promise<void> {
  const database = openForReading(folder)
  const scores = database.prepare("SELECT key, value FROM setting WHERE key LIKE 'score:%'").all()
  database.close()
  const file = join(folder, HARDWARE_FILE)
  const found = existsSync(file) ? { hardware: JSON.parse(await readFile(file, 'utf8')) as unknown } : {}
  await mkdir(dirname(FILE), { recursive: true })
  await writeFile(FILE, JSON.stringify(Measured.parse({ ...found, scores })))
}

/**
 * Gives a new folder the measurement, as if its peer had made it in an earlier run. Where there is none (a benchmark that runs
 * before any test), the peer measures by itself.
 */
export async function giveMeasured(folder: string): Promise<void> {
  if (!existsSync(FILE)) return
  const { hardware, scores } = Measured.parse(JSON.parse(await readFile(FILE, 'utf8')))
  if (hardware !== undefined) {
    hardware.info.disk.path = folder
    await writeFile(join(folder, HARDWARE_FILE), JSON.stringify(hardware))
  }
  const database = openDatabase(folder)
  const settings = openSettings(database)
  for (const { key, value } of scores) settings.write(key, JSON.parse(value))
  database.close()
}
