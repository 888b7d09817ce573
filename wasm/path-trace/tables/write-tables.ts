/**
 * Integrates the tables of albedos that the kernel and the reference hold, and writes them to `assembly/`:
 * `node wasm/path-trace/tables/write-tables.ts`, some seconds. They are committed, and to be made again when a formula changes.
 */
import { writeFile } from 'node:fs/promises'
import { SHEEN_SIDE, sheenAlbedoOf } from './sheen-albedo.ts'

/** Three hexadecimal digits a number, which tell 0.025 % apart. */
const STEPS = 4095
/** Thinner fibres than the kernel's thinnest need no numbers of their own. */
const SHEEN_ROW_MIN = 2

/** Fibres' albedos have no upper bound at grazing angles; the kernel keeps 1 of them. */
const SHEEN_MAX = 4

/** A number from 0 to `most` as three hexadecimal digits. */
function digits(value: number, most: number): string {
  const step = Math.round(Math.min(Math.max(value / most, 0), 1) * STEPS)
  return step.toString(16).padStart(3, '0')
}

function sheenTable(): string {
  return Array.from({ length: SHEEN_SIDE * SHEEN_SIDE }, (_, cell) => {
    const cosine = ((cell % SHEEN_SIDE) + 0.5) / SHEEN_SIDE
    const row = Math.max(Math.floor(cell / SHEEN_SIDE), SHEEN_ROW_MIN)
    return digits(sheenAlbedoOf(cosine * cosine, row / (SHEEN_SIDE - 1)), SHEEN_MAX)
  }).join('')
}

/** Writes a table as a file that both the kernel and the reference can read. */
async function writeTable(file: string, name: string, about: string, text: string): Promise<void> {
  const source = `/** ${about} Made by \`../tables/write-tables.ts\`. */\nexport const ${name}: string = '${text}'\n`
  await writeFile(new URL(`../assembly/${file}`, import.meta.url), source)
}

await writeTable(
  'sheen-table.ts',
  'SHEEN_ALBEDO',
  'Albedos of white fibres, 0 to 4: 32 roughnesses of 32 cosines, three hexadecimal digits each.',
  sheenTable(),
)
