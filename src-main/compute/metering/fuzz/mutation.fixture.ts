/**
 * Damages modules in the ways that find mistakes in an injector: bits, bytes, lengths, sections, pieces of other
 * modules. Most often the lengths around a change are put right, so that the damage gets past the first check.
 */
import { pick, type Dice } from '../dice.fixture.ts'

interface Section {
  id: number
  content: Uint8Array
}

const CODE_SECTION = 10
/** Bytes that mean something in many places: ends of LEB128, value types, control instructions, prefixes. */
const TELLING = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x18, 0x19, 0x1f, 0x20,
  0x40, 0x60, 0x6f, 0x70, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xc0, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
]
/** Instructions that take and leave the same, from the first to the last: one may stand for the other. */
const FAMILIES = [
  [0x0c, 0x0d],
  [0x20, 0x24],
  [0x28, 0x2b],
  [0x36, 0x39],
  [0x46, 0x4f],
  [0x51, 0x5a],
  [0x67, 0x69],
  [0x6a, 0x78],
  [0x79, 0x7b],
  [0x7c, 0x8a],
  [0x8b, 0x91],
  [0x92, 0x98],
  [0x99, 0x9f],
  [0xa0, 0xa6],
  [0xa8, 0xab],
] as const
/** LEB128 integers: overlong, the largest, larger than 32 bits, without end. */
const INTEGERS = [
  [0x80, 0x00],
  [0x80, 0x80, 0x80, 0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x04],
  [0xff, 0x7f],
]

/** A module damaged one to four times; `others` are modules to take pieces from. */
export function mutated(
  roll: Dice,
  module: Uint8Array,
  others: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(module)
  for (let left = roll(2) === 0 ? 1 : 1 + roll(4); left > 0; left--) bytes = once(roll, bytes, others)
  return bytes
}

function once(roll: Dice, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const sections = roll(20) === 0 ? null : sectionsOf(bytes)
  if (sections === null || sections.length === 0) return damaged(roll, bytes, pick(roll, others))
  switch (roll(60)) {
    case 0: {
      const [from, to] = [roll(sections.length), roll(sections.length)]
      sections.splice(to, 0, ...sections.splice(from, 1))
      break
    }
    case 1:
      sections.splice(roll(sections.length), 1)
      break
    case 2:
      sections.splice(roll(sections.length), 0, { ...pick(roll, sections) })
      break
    case 3: {
      const foreign = sectionsOf(pick(roll, others)) ?? []
      if (foreign.length > 0) sections.splice(roll(sections.length), roll(2), pick(roll, foreign))
      break
    }
    default:
      damageSection(roll, sections, others)
  }
  return joined(sections)
}

/** Damages the content of one section, most often that of the code. */
function damageSection(roll: Dice, sections: readonly Section[], others: readonly Uint8Array[]): void {
  const section = roll(3) > 0 ? sections.find(({ id }) => id === CODE_SECTION) : undefined
  const target = section ?? pick(roll, sections)
  const foreign = sectionsOf(pick(roll, others))?.find(({ id }) => id === target.id)
  target.content =
    target.id === CODE_SECTION && roll(4) > 0
      ? damagedBody(roll, target.content, foreign?.content ?? target.content)
      : damaged(roll, target.content, foreign?.content ?? target.content)
}

/** One change to a run of bytes. */
function damaged(roll: Dice, bytes: Uint8Array, foreign: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = roll(bytes.length + 1)
  const length = Math.min(bytes.length - at, 1 + roll(roll(8) === 0 ? 64 : 4))
  const replaced = (dropped: number, by: Iterable<number>) =>
    Uint8Array.from([...bytes.subarray(0, at), ...by, ...bytes.subarray(at + dropped)])
  switch (roll(12)) {
    case 9:
    case 10:
    case 11:
      return resembling(roll, bytes, at)
    case 0:
      return replaced(1, [(bytes[at] ?? 0) ^ (1 << roll(8))])
    case 1:
      return replaced(1, [pick(roll, TELLING)])
    case 2:
      return replaced(0, [pick(roll, TELLING)])
    case 3:
      return replaced(
        0,
        Array.from({ length: 1 + roll(6) }, () => roll(256)),
      )
    case 4:
      return replaced(length, [])
    case 5:
      return replaced(0, bytes.subarray(at, at + length))
    case 6:
      return replaced(roll(2), pick(roll, INTEGERS))
    case 7:
      return replaced(1, [((bytes[at] ?? 0) + (roll(2) === 0 ? 1 : 255)) & 255])
    default: {
      const from = roll(foreign.length + 1)
      return replaced(roll(2) * length, foreign.subarray(from, from + 1 + roll(24)))
    }
  }
}

/** The next byte that may be an instruction of a family becomes another one of it. */
function resembling(roll: Dice, bytes: Uint8Array, from: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes)
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const family = FAMILIES.find(([first, last]) => byte >= first && byte <= last)
    if (family === undefined) continue
    changed[at] = family[0] + roll(family[1] - family[0] + 1)
    break
  }
  return changed
}

/** Changes one function's body and puts its length right. */
function damagedBody(roll: Dice, content: Uint8Array, foreign: Uint8Array): Uint8Array {
  const bodies = bodiesOf(content)
  if (bodies === null || bodies.length === 0) return damaged(roll, content, foreign)
  const others = bodiesOf(foreign) ?? bodies
  const index = roll(bodies.length)
  const body = bodies[index] ?? content
  bodies[index] = roll(10) === 0 ? pick(roll, others) : damaged(roll, body, pick(roll, others))
  return concatenated([leb(bodies.length), ...bodies.flatMap((one) => [leb(one.length), one])])
}

function bodiesOf(content: Uint8Array): Uint8Array[] | null {
  const count = lebAt(content, 0)
  const bodies: Uint8Array[] = []
  let at = count.end
  while (bodies.length < count.value && at < content.length) {
    const size = lebAt(content, at)
    bodies.push(content.subarray(size.end, size.end + size.value))
    at = size.end + size.value
  }
  return at === content.length && bodies.length === count.value ? bodies : null
}

function sectionsOf(bytes: Uint8Array): Section[] | null {
  const sections: Section[] = []
  let at = 8
  while (at < bytes.length) {
    const size = lebAt(bytes, at + 1)
    if (size.end + size.value > bytes.length) return null
    sections.push({ id: bytes[at] ?? 0, content: bytes.subarray(size.end, size.end + size.value) })
    at = size.end + size.value
  }
  return sections
}

function joined(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  return concatenated([
    header,
    ...sections.flatMap(({ id, content }) => [[id], leb(content.length), content]),
  ])
}

function concatenated(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function lebAt(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return { value, end: at }
  }
}

function leb(value: number): number[] {
  const bytes: number[] = []
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return [...bytes, value]
}
