/** Bytes that are no module, or not quite: wrong LEB128s, wrong sections, wrong order. */
import { fails, meshwork, type HostileCase } from './hostile-case.fixture.ts'
import { SECTION } from '../metering/parse/section.ts'
import {
  ABI_EXPORTS,
  joined,
  largeModule,
  leb,
  moduleOf,
  nameBytes,
  section,
} from './module-bytes.fixture.ts'

const refused = (name: string, module: Uint8Array, message = /^module refused: ./) =>
  fails('module-refused', name, module, message)
const with_ = (id: number, ...content: readonly (Uint8Array | readonly number[])[]) =>
  largeModule({ sections: { [id]: section(id, ...content) } })
const raw = (id: number, bytes: Uint8Array | readonly number[]) => largeModule({ sections: { [id]: bytes } })

const good = largeModule({})
const EMPTY_CUSTOM = section(SECTION.custom, nameBytes('x'))
const TYPES = section(SECTION.type, [1, 0x60, 0, 0])
const code = (...bytes: readonly number[]) => largeModule({ run: [bytes] })

/** Malformed modules, each refused with a line that says where. */
export const MALFORMED: readonly HostileCase[] = [
  refused('no bytes', new Uint8Array(0)),
  refused('text', new TextEncoder().encode('(module)')),
  refused('an ELF file', joined([0x7f, 0x45, 0x4c, 0x46], new Uint8Array(100))),
  refused('zeros', new Uint8Array(1 << 20)),
  refused('a version of the future', joined([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0])),
  refused('a component', joined([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])),
  refused('a half module', good.subarray(0, good.length >> 1)),
  refused('a byte too few', good.subarray(0, -1)),
  refused('a byte too many', joined(good, [0])),
  refused('a section of an unknown kind', joined(good, [14, 0])),
  refused('a section of the last kind there could be', joined(good, [255, 0])),
  refused('sections in a wrong order', moduleOf(section(SECTION.function, [0]), TYPES)),
  refused('a section twice', moduleOf(TYPES, TYPES)),
  refused('a section longer than the module', joined(good, [SECTION.custom, 5, 1, 0x78])),
  refused('a section whose length has no end', joined(good, [0, 0x80, 0x80, 0x80, 0x80])),
  refused('a section of 4 GiB', joined(good, [0, 0xff, 0xff, 0xff, 0xff, 0x0f])),
  refused('a length of six bytes', joined(good, [0, 0x82, 0x80, 0x80, 0x80, 0x80, 0x00, 1, 0x78])),
  refused('a length of 33 bits', joined(good, [0, 0xff, 0xff, 0xff, 0xff, 0x1f])),
  refused('a custom section without a name', joined(good, [0, 0])),
  refused('a custom section whose name is longer', joined(good, [0, 2, 9, 0x78])),
  refused('a custom section whose name is no text', joined(good, section(0, [2, 0xff, 0xfe]))),
  refused('more functions than code', with_(SECTION.function, [3, 0, 1, 0])),
  refused('more code than functions', with_(SECTION.function, [1, 0])),
  refused('a function of an unknown type', with_(SECTION.function, [2, 0, 9])),
  refused('a count of 4 billion functions', with_(SECTION.function, leb(0xffff_ffff))),
  refused('bytes behind a section’s content', with_(SECTION.memory, [1, 0, 1, 0])),
  refused('a section that ends in the middle', with_(SECTION.memory, [1, 0])),
  refused('a memory of unknown flags', with_(SECTION.memory, [1, 0x40, 1])),
  refused('a memory of its own page size', with_(SECTION.memory, [1, 0x08, 1, 0])),
  refused('a table of an unknown type', with_(SECTION.table, [1, 0x6e, 0, 1])),
  refused('a table with an initial value', with_(SECTION.table, [1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b])),
  refused('a table of typed references', with_(SECTION.table, [1, 0x63, 0, 0, 1])),
  refused('an export of an unknown kind', with_(SECTION.export, [4], ABI_EXPORTS, nameBytes('x'), [9, 0])),
  refused(
    'an export whose name is no text',
    with_(SECTION.export, [4], ABI_EXPORTS, [2, 0xff, 0xfe], [0, 0]),
  ),
  refused('an export of what is not there', with_(SECTION.export, [4], ABI_EXPORTS, nameBytes('x'), [0, 99])),
  refused('a start function of another type', with_(SECTION.start, [0])),
  refused('a start function that is not there', with_(SECTION.start, [99])),
  refused('data of an unknown kind', with_(SECTION.data, [1, 9, 0])),
  refused('data for another memory', with_(SECTION.data, [1, 2, 7, 0x41, 0, 0x0b, 0])),
  refused('data where it would need a count', with_(SECTION.dataCount, [1])),
  refused('elements of an unknown kind', with_(SECTION.element, [1, 9, 0])),
  refused('a tag of an unknown kind', with_(SECTION.tag, [1, 1, 0])),
  refused('a global that may be changed twice', with_(SECTION.global, [1, 0x7f, 2, 0x41, 0, 0x0b])),
  refused('a constant that is not constant', with_(SECTION.global, [1, 0x7f, 0, 0x20, 0, 0x0b])),
  refused('a structure', with_(SECTION.type, [1, 0x5f, 1, 0x7f, 0]), /garbage collection/),
  refused('a group of types', with_(SECTION.type, [1, 0x4e, 1, 0x60, 0, 0]), /garbage collection/),
  refused('a body that ends early', code(0x0b)),
  refused('a body without an end', code(0x02, 0x40)),
  refused('an else without an if', code(0x05)),
  refused('a branch out of everything', code(0x0c, 9)),
  refused('an operand that is not there', code(0x6a, 0x1a)),
  refused('a block of an unknown type', code(0x02, 0x19, 0x0b)),
  refused('an unknown instruction', code(0xff), /0xff/),
  refused('an unknown atomic instruction', code(0xfe, 0x4f, 0x00), /0xfe 0x4f/),
  refused('an instruction of relaxed SIMD', code(0xfd, 0x80, 0x02), /relaxed/),
  refused('an instruction of GC', code(0xfb, 0x00, 0x00), /garbage collection/),
  refused('a call by reference', code(0x14, 0x00), /reference/),
  refused('an instruction of another stack', code(0xe0, 0x00), /stack|0xe0/),
  refused('a bulk instruction without a name', code(0xfc, 0x7f)),
  refused('an instruction number of six bytes', code(0xfc, 0x8b, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00)),
  refused('a constant of eleven bytes', code(0x42, ...Array.from({ length: 10 }, () => 0x80), 0, 0x1a)),
  refused('a constant of 65 bits', code(0x42, ...Array.from({ length: 9 }, () => 0xff), 0x7e, 0x1a)),
  refused('an alignment of 2⁶⁴', code(0x41, 0, 0x28, 0x1f, 0, 0x1a)),
  refused('an offset of 64 bits', code(0x41, 0, 0x28, 0, ...leb(2 ** 40), 0x1a)),
  refused('a lane that is not there', code(0x41, 0, 0xfd, 0x0f, 0xfd, 0x15, 16, 0x1a)),
  refused('a body longer than its section', raw(SECTION.code, [SECTION.code, 4, 2, 9, 0, 0x0b])),
  // The official limit of a LEB128 is its width: a number may be written longer than need be.
  {
    name: 'a length that is longer than need be',
    module: joined(good, [0, 0x83, 0x80, 0x80, 0x80, 0x00, 1, 0x78, 0]),
    ends: { kind: 'done' },
  },
  {
    name: 'custom sections between all',
    module: moduleOf(EMPTY_CUSTOM, meshwork('').subarray(8), EMPTY_CUSTOM),
    ends: { kind: 'done' },
  },
]
