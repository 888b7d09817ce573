/**
 * Integrates the tables of albedos that the kernel and the reference hold, and writes them to `assembly/`:
 * `node wasm/path-trace/tables/write-tables.ts`, some seconds. They are committed, and to be made again when a formula changes.
 */
import { writeFile } from 'node:fs/promises'
import { cosineAt, GLASS_SIDES, glassAlbedoOf, indexAt } from './glass-albedo.ts'
import { ALBEDO_SIDE, microfacetAlbedoOf } from './microfacet-albedo.ts'
import { SHEEN_SIDE, sheenAlbedoOf } from './sheen-albedo.ts'

/** Two digits to the base of 64 a number, which tell 0.025 % apart. */
const STEPS = 4095
/** Thinner fibres than the kernel's thinnest need no numbers of their own. */
const SHEEN_ROW_MIN = 2

/** Fibres' albedos have no upper bound at grazing angles; the kernel keeps 1 of them. */
const SHEEN_MAX = 4

/** A number from 0 to `most` in two digits: the characters from ( to h, less the backslash, which would be an escape. */
function digits(value: number, most: number): string {
  const step = Math.round(Math.min(Math.max(value / most, 0), 1) * STEPS)
  const character = (digit: number) => String.fromCharCode(digit + (digit < 52 ? 40 : 41))
  return character(step >> 6) + character(step & 63)
}

function sheenTable(): string {
  return Array.from({ length: SHEEN_SIDE * SHEEN_SIDE }, (_, cell) => {
    const cosine = ((cell % SHEEN_SIDE) + 0.5) / SHEEN_SIDE
    const row = Math.max(Math.floor(cell / SHEEN_SIDE), SHEEN_ROW_MIN)
    return digits(sheenAlbedoOf(cosine * cosine, row / (SHEEN_SIDE - 1)), SHEEN_MAX)
  }).join('')
}

/** A and B of each cell. */
function albedoTable(): string {
  return Array.from({ length: ALBEDO_SIDE * ALBEDO_SIDE }, (_, cell) => {
    const cosine = ((cell % ALBEDO_SIDE) + 0.5) / ALBEDO_SIDE
    const [a, b] = microfacetAlbedoOf(cosine * cosine, Math.floor(cell / ALBEDO_SIDE) / (ALBEDO_SIDE - 1))
    return digits(a, 1) + digits(b, 1)
  }).join('')
}

/** Of glass from outside, then from the inside. */
function glassTable(): string {
  const { cosine, roughness, index } = GLASS_SIDES
  const layer = cosine * roughness
  return Array.from({ length: 2 * index * layer }, (_, cell) => {
    const rough = (Math.floor(cell / cosine) % roughness) / (roughness - 1)
    const n = indexAt((Math.floor(cell / layer) % index) / (index - 1))
    const eta = cell < index * layer ? n : 1 / n
    return digits(glassAlbedoOf(cosineAt((cell % cosine) / (cosine - 1), rough), rough, eta), 1)
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
  'Albedos of white fibres, 0 to 4: 32 roughnesses of 32 cosines, two digits each.',
  sheenTable(),
)
await writeTable(
  'glass-table.ts',
  'GLASS_ALBEDO',
  'Light that rough glass scatters: 2 sides, 16 indices, 16 roughnesses, 24 cosines, two digits each.',
  glassTable(),
)
await writeTable(
  'albedo-table.ts',
  'MICROFACET_ALBEDO',
  'Albedos of GGX, A and B: 32 roughnesses of 32 cosines, two digits each.',
  albedoTable(),
)
