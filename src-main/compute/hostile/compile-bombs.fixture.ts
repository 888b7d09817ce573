/**
 * Modules that are small to send and long to compile. Each is refused by a rule that bounds the work, or is taken and then
 * compiled within seconds.
 */
import { fails, passes, type HostileCase } from './hostile-case.fixture.ts'
import { SECTION } from '../metering/parse/section.ts'
import {
  body,
  I32,
  I64,
  joined,
  largeModule,
  leb,
  nameBytes,
  repeated,
  section,
  type LargeModule,
} from './module-bytes.fixture.ts'

const EMPTY_LOOP = [0x03, 0x40, 0x0b]
const NOP = 0x01
const END = 0x0b
const EMPTY_TYPE = [0x60, 0, 0]
const EMPTY_BODY = body([])
const [I32_CONST, DROP] = [0x41, 0x1a]

function refused(name: string, parts: LargeModule, message: RegExp): HostileCase {
  return fails('module-refused', name, largeModule(parts), message)
}

/** `br_table` with so many branches to the block around it. */
function branchTable(count: number): Uint8Array<ArrayBuffer> {
  return joined([0x02, 0x40, I32_CONST, 0, 0x0e], leb(count), repeated([0], count + 1), [END])
}

/** A function with so many blocks, each in the one before. */
function nested(opening: readonly number[], depth: number): Uint8Array<ArrayBuffer> {
  return joined(repeated(opening, depth), repeated([END], depth))
}

/** The same of blocks, with a table that leads to the end of each. */
function nestedTable(depth: number): Uint8Array<ArrayBuffer> {
  const labels = Array.from({ length: depth }, (_, label) => leb(label))
  const table = joined([I32_CONST, 0, 0x0e], leb(depth - 1), ...labels)
  return joined(repeated([0x02, 0x40], depth), table, repeated([END], depth))
}

/** Modules that the pre-checks refuse. */
export const REFUSED_BOMBS: readonly HostileCase[] = [
  refused(
    '50,000 locals by 20,000 loops',
    { locals: [[50_000, I64]], run: [repeated(EMPTY_LOOP, 20_000)] },
    /locals/,
  ),
  refused(
    '5,000 locals by 20,000 loops',
    { locals: [[4_990, I64]], run: [repeated(EMPTY_LOOP, 20_000)] },
    /locals/,
  ),
  refused(
    'the same, spread over 2,000 functions',
    {
      types: EMPTY_TYPE,
      typeCount: 1,
      functionCount: 2_000,
      functionTypes: repeated([2], 2_000),
      bodies: repeated(body([[4_990, I64]], repeated(EMPTY_LOOP, 10)), 2_000),
    },
    /locals/,
  ),
  refused('4 billion locals', { locals: [[0xffff_ffff, I64]] }, /locals/),
  refused(
    'locals whose count overflows',
    { locals: [[0xffff_ffff, I64], [0xffff_ffff, I64]] }, // prettier-ignore
    /locals/,
  ),
  refused('blocks nested 100,000 deep', { run: [nested([0x02, 0x40], 100_000)] }, /over 20000 blocks/),
  refused('loops nested 30,000 deep', { run: [nested([0x03, 0x40], 30_000)] }, /loops × loops/),
  refused(
    'ifs nested 30,000 deep',
    { run: [nested([I32_CONST, 0, 0x04, 0x40], 30_000)] },
    /over 20000 blocks/,
  ),
  refused('tries nested 30,000 deep', { run: [nested([0x06, 0x40], 30_000)] }, /over 20000 blocks/),
  refused(
    '1,000 locals by 19,000 loops',
    { locals: [[1_000, I64]], run: [repeated(EMPTY_LOOP, 19_000)] },
    /loops × loops/,
  ),
  refused('100,000 loops, one after the other', { run: [repeated(EMPTY_LOOP, 100_000)] }, /loops × loops/),
  refused('a br_table of 65,000 branches', { run: [branchTable(65_000)] }, /br_table/),
  refused(
    'a br_table of 4 billion branches',
    { run: [[I32_CONST, 0, 0x0e, ...leb(0xffff_ffff)]] },
    /br_table|end/,
  ),
  refused('a function of 2 MB', { run: [repeated([NOP], 2 << 20)] }, /body|function/),
  refused('a million functions', manyFunctions(1_000_000), /functions/),
  refused('a million types', { types: repeated(EMPTY_TYPE, 1_000_000), typeCount: 1_000_000 }, /types/),
  refused(
    'a type of 100,000 parameters',
    { types: joined([0x60], leb(100_000), repeated([I64], 100_000), [0]), typeCount: 1 },
    /param/,
  ),
  refused('a million exports', { sections: { [SECTION.export]: manyExports(1_000_000) } }, /exports/),
  refused('a million globals', { sections: { [SECTION.global]: manyGlobals(1_000_000) } }, /globals/),
  refused(
    'a million empty data segments',
    { sections: { [SECTION.data]: section(SECTION.data, leb(1_000_000), repeated([1, 0], 1_000_000)) } },
    /data/,
  ),
  refused(
    'elements of two million functions',
    {
      sections: {
        [SECTION.element]: section(SECTION.element, [1, 1, 0], leb(2_000_000), repeated([0], 2_000_000)),
      },
    },
    /element/,
  ),
  refused(
    'a constant of a million additions',
    {
      sections: {
        [SECTION.global]: section(
          SECTION.global,
          [1, I32, 0, I32_CONST, 0],
          repeated([I32_CONST, 0, 0x6a], 1_000_000),
          [END],
        ),
      },
    },
    /constant/,
  ),
  refused(
    '70 MB of an unused name',
    { sections: { [SECTION.custom]: section(SECTION.custom, nameBytes('name'), new Uint8Array(70 << 20)) } },
    /bytes/,
  ),
]

const MANY_RESULTS = joined([0x60, 0], leb(900), repeated([I64], 900))
const MANY_BOTH = joined([0x60], leb(900), repeated([I64], 900), leb(900), repeated([I64], 900))
const GIVE_900 = body([], repeated([0x42, 0], 900))

/** A branch to each of 490 blocks, all of which want 900 values. */
const WIDE_BRANCHES = joined(
  repeated([0x02, 2], 490),
  repeated([0x42, 0], 900),
  joined([I32_CONST, 0, 0x0e], leb(489), ...Array.from({ length: 490 }, (_, i) => leb(i))),
  repeated([END], 490),
  repeated([DROP], 900),
)

/** Many values moved at once, by little code. */
export const MOVING_BOMBS: readonly HostileCase[] = [
  refused(
    '900 results handed on as parameters, 15,000 times',
    {
      types: joined(MANY_RESULTS, MANY_BOTH),
      typeCount: 2,
      functionCount: 2,
      functionTypes: [2, 3],
      bodies: joined(GIVE_900, GIVE_900),
      run: [[0x10, 2], repeated([0x10, 3], 15_000), repeated([DROP], 900)],
    },
    /locals × control/,
  ),
  refused(
    '100,000 calls in a function',
    { run: [repeated([0x41, 0, 0x10, 0, DROP], 100_000)] },
    /calls in a function/,
  ),
  refused(
    '100,000 copies of memory in a function',
    { run: [repeated([0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0a, 0, 0], 100_000)] },
    /calls in a function/,
  ),
  refused(
    'br_tables to blocks of 900 results',
    { types: MANY_RESULTS, typeCount: 1, run: [repeated(WIDE_BRANCHES, 150)] },
    /locals × control/,
  ),
]

/** Modules as bad as the pre-checks let through: compiled in seconds, or their host is replaced. */
export const ALLOWED_BOMBS: readonly HostileCase[] = [
  passes('200,000 groups of no locals', largeModule({ locals: manyGroups(200_000) })),
  passes('a function of 1 MB', largeModule({ run: [repeated([NOP], 1_000_000)] })),
  passes('100,000 functions', largeModule(manyFunctions(100_000))),
  passes(
    'a name section of 1 MB',
    largeModule({
      sections: { [SECTION.custom]: section(SECTION.custom, nameBytes('name'), new Uint8Array(1 << 20)) },
    }),
  ),
  passes(
    '12 MB of data, all zeros',
    largeModule({
      sections: {
        [SECTION.memory]: section(SECTION.memory, [1, 0], leb(200)),
        [SECTION.data]: section(
          SECTION.data,
          [1, 0, I32_CONST, 0, END],
          leb(12 << 20),
          new Uint8Array(12 << 20),
        ),
      },
    }),
  ),
  passes(
    'blocks nested 400 deep, 500 times',
    largeModule({ run: [repeated(nested([0x02, 0x40], 400), 500)] }),
  ),
  passes('loops nested 10,000 deep', largeModule({ run: [nested([0x03, 0x40], 10_000)] })),
  passes('ifs nested 19,000 deep', largeModule({ run: [nested([I32_CONST, 0, 0x04, 0x40], 19_000)] })),
  passes('tries nested 19,000 deep', largeModule({ run: [nested([0x06, 0x40], 19_000)] })),
  passes('blocks nested 19,000 deep, with a way out of each', largeModule({ run: [nestedTable(19_000)] })),
  passes(
    'a br_table of 10,000 branches, 30 times',
    largeModule({ run: [repeated(branchTable(10_000), 30)] }),
  ),
  passes(
    'ifs of 900 results',
    largeModule({
      types: MANY_RESULTS,
      typeCount: 1,
      functionCount: 1,
      functionTypes: [2],
      bodies: GIVE_900,
      run: [
        repeated(joined([I32_CONST, 0, 0x04, 2, 0x10, 2, 0x05, 0x10, 2, END], repeated([DROP], 900)), 200),
      ],
    }),
  ),
  // Hot enough for the optimising compiler, which works beside the module and cannot be stopped either.
  passes(
    '900 locals by 3,000 ifs, 1,000 times',
    largeModule({
      locals: [[900, I64]],
      run: [
        [0x03, 0x40],
        repeated([0x20, 2, 0xa7, 0x04, 0x40, 0x20, 4, 0x21, 3, 0x05, 0x20, 5, 0x21, 6, END], 3_000),
        [0x20, 2, 0x42, 1, 0x7c, 0x22, 2, 0x42, 0xe8, 0x07, 0x54, 0x0d, 0, END],
      ],
    }),
  ),
  passes(
    '1,000 locals by 8,000 loops',
    largeModule({ locals: [[1_000, I64]], run: [repeated(EMPTY_LOOP, 8_000)] }),
  ),
  passes('2,000 operands at once by 5,000 loops', largeModule({ run: [operands(2_000, 5_000)] })),
  passes(
    'a hundred calls with 900 results each',
    largeModule({
      types: joined([0x60, 0], leb(900), repeated([I64], 900)),
      typeCount: 1,
      functionCount: 1,
      functionTypes: [2],
      bodies: body([], repeated([0x42, 0], 900)),
      run: [repeated(joined([0x10, 2], repeated([DROP], 900)), 100)],
    }),
  ),
]

/** Values left on the operand stack around many loops: each costs the compiler as a local does. */
export const OPERAND_BOMBS: readonly HostileCase[] = [
  refused(
    '100,000 operands at once by 100,000 loops',
    { run: [operands(100_000, 100_000)] },
    /operand|stack/,
  ),
]

function operands(count: number, loops: number): Uint8Array<ArrayBuffer> {
  return joined(repeated([I32_CONST, 0], count), repeated(EMPTY_LOOP, loops), repeated([DROP], count))
}

function manyGroups(count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, () => [0, I32] as const)
}

function manyFunctions(count: number): LargeModule {
  return {
    types: EMPTY_TYPE,
    typeCount: 1,
    functionCount: count,
    functionTypes: repeated([2], count),
    bodies: repeated(EMPTY_BODY, count),
  }
}

function manyGlobals(count: number): Uint8Array<ArrayBuffer> {
  return section(SECTION.global, leb(count), repeated([I32, 0, I32_CONST, 0, END], count))
}

function manyExports(count: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  for (let i = 0; i < count; i++) bytes.push(...nameBytes(`e${i}`), 0, 0)
  return section(SECTION.export, leb(count), bytes)
}
