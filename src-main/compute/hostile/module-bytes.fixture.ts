import { SECTION } from '../metering/parse/section.ts'

/** WebAssembly modules written byte by byte, for what no text format can say: the wrong, and the very large. */

/** A piece of a module. */
export type Piece = Uint8Array | readonly number[]

const MAGIC_AND_VERSION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** The pieces as one. */
export function joined(...pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** `piece` many times over. */
export function repeated(piece: Piece, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(piece.length * count)
  for (let i = 0; i < count; i++) bytes.set(piece, i * piece.length)
  return bytes
}

/** An unsigned LEB128. */
export function leb(value: number): number[] {
  const low = value % 128
  return value < 128 ? [low] : [low + 128, ...leb(Math.floor(value / 128))]
}

/** A name: its length, and its characters (ASCII). */
export function nameBytes(name: string): number[] {
  return [...leb(name.length), ...Array.from(name, (c) => c.charCodeAt(0))]
}

/** A section with its length. */
export function section(id: number, ...content: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const body = joined(...content)
  return joined([id], leb(body.length), body)
}

/** A whole module. */
export function moduleOf(...sections: readonly Piece[]): Uint8Array<ArrayBuffer> {
  return joined(MAGIC_AND_VERSION, ...sections)
}

/** A function's body with its length: groups of locals (count, type), and code without its last `end`. */
export function body(
  locals: readonly (readonly [number, number])[],
  ...code: readonly Piece[]
): Uint8Array<ArrayBuffer> {
  const head = [...leb(locals.length), ...locals.flatMap(([count, type]) => [...leb(count), type])]
  const content = joined(head, ...code, [0x0b])
  return joined(leb(content.length), content)
}

/** Value types. */
export const I32 = 0x7f
export const I64 = 0x7e

/** `alloc` that answers 1,024, and the types of what ABI meshwork-1 exports: 0 is alloc's, 1 is run's. */
const ALLOC = body([], [0x41, 0x80, 0x08])
const TYPES = [...[0x60, 1, I32, 1, I32], ...[0x60, 2, I32, I32, 1, I64]]

/** The contents of a large module besides the two functions of its ABI. */
export interface LargeModule {
  /** Further types, from index 2 on, and how many. */
  readonly types?: Piece
  readonly typeCount?: number
  /** Types of further functions, from function 2 on, and their bodies. */
  readonly functionTypes?: Piece
  readonly functionCount?: number
  readonly bodies?: Piece
  /** Sections by id, whole. */
  readonly sections?: Readonly<Record<number, Piece>>
  /** Code of `run` before it returns 0, and its locals. */
  readonly locals?: readonly (readonly [number, number])[]
  readonly run?: readonly Piece[]
}

/** A module of ABI meshwork-1 with large parts. */
export function largeModule(parts: LargeModule): Uint8Array<ArrayBuffer> {
  const {
    types = [],
    typeCount = 0,
    functionTypes = [],
    functionCount = 0,
    bodies = [],
    sections = {},
  } = parts
  const run = body(parts.locals ?? [], ...(parts.run ?? []), [0x42, 0])
  const all: Record<number, Piece> = {
    [SECTION.type]: section(SECTION.type, leb(2 + typeCount), TYPES, types),
    [SECTION.function]: section(SECTION.function, leb(2 + functionCount), [0, 1], functionTypes),
    [SECTION.memory]: section(SECTION.memory, [1, 0, 1]),
    [SECTION.export]: section(SECTION.export, [3], ABI_EXPORTS),
    [SECTION.code]: section(SECTION.code, leb(2 + functionCount), ALLOC, run, bodies),
    ...sections,
  }
  return moduleOf(...ORDER.map((id) => all[id] ?? []))
}

/** The three exports of the ABI, without their count. */
export const ABI_EXPORTS: readonly number[] = [
  ...[...nameBytes('memory'), 2, 0],
  ...[...nameBytes('alloc'), 0, 0],
  ...[...nameBytes('run'), 0, 1],
]

const { type, import: imports, function: functions, table, memory, tag, global, export: exports } = SECTION
const { start, element, dataCount, code, data, custom } = SECTION
/** The order in which sections stand. */
const ORDER = [
  ...[type, imports, functions, table, memory, tag, global, exports],
  ...[start, element, dataCount, code, data, custom],
]
