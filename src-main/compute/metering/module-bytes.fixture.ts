/** Modules put together byte by byte, for what no text can say. */

/** An unsigned LEB128 integer. */
export function uleb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...uleb(value >>> 7)]
}

/** The same bytes again and again. */
export function repeated(count: number, ...bytes: readonly number[]): number[] {
  return Array.from({ length: count }, () => bytes).flat()
}

/** A name with its length. */
export function name(text: string): number[] {
  const bytes = [...Buffer.from(text)]
  return [...uleb(bytes.length), ...bytes]
}

/** A section with its size; its content in one piece or several. */
export function section(id: number, ...content: readonly (number | readonly number[])[]): number[] {
  const bytes = content.flat()
  return [id, ...uleb(bytes.length)].concat(bytes)
}

/** Header and sections. */
export function moduleOf(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], ...sections].flat())
}

/** The sections around the one function of `codeOf`. */
export interface Surroundings {
  /** Value types. */
  readonly params?: readonly number[]
  /** Declarations of locals: how many there are, and each with count and type. */
  readonly locals?: readonly number[]
  /** Sections between those of functions and code. */
  readonly sections?: readonly (readonly number[])[]
}

/** A module of one function without results, whose instructions these are; `end` is added. */
export function codeOf(
  instructions: readonly number[],
  { params = [], locals = [0], sections = [] }: Surroundings = {},
): Uint8Array<ArrayBuffer> {
  const body = [locals, instructions, [0x0b]].flat()
  return moduleOf(
    section(1, 1, 0x60, uleb(params.length), params, 0),
    section(3, 1, 0),
    ...sections,
    section(10, 1, uleb(body.length), body),
  )
}
