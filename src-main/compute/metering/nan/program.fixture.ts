/**
 * Writes random programs full of floats for the NaN analysis: values run through locals, blocks, loops, calls and
 * vectors, and everything that can be seen of them ends up in memory. All programs end and none traps. A third of
 * them do a bit of everything; the others do little but to move f64s or vectors about, most of them NaNs whose bits
 * tell where they came from, so that a single flow overlooked shows.
 */
import { dice, pick, type Dice } from '../dice.fixture.ts'

type Float = 'f32' | 'f64' | 'v128'
const FLOATS: readonly Float[] = ['f32', 'f64', 'v128']
const ONLY_F64: readonly Float[] = ['f64']
const ONLY_V128: readonly Float[] = ['v128']
const SIZES = { f32: 4, f64: 8, v128: 16 }

interface Scope {
  readonly roll: Dice
  /** The types of floats that occur; one, where floats are only moved. */
  readonly floats: readonly Float[]
  /** Locals of each type. */
  readonly locals: number
  /** Labels of blocks without values, innermost first; then of those with a value. */
  readonly labels: readonly string[]
  readonly valued: readonly (readonly [string, Float])[]
  /** Branches back to the heads of loops, each taken a few times at most. */
  readonly agains: readonly string[]
  /** The types of the functions that may be called, by number. */
  readonly callable: readonly Signature[]
  readonly results: readonly Float[]
  /** Whether exceptions occur, which go no further than the function that throws them. */
  readonly throws: boolean
  readonly inTry: boolean
  readonly depth: number
  readonly fresh: { next: number }
}

interface Signature {
  readonly params: readonly Float[]
  readonly results: readonly Float[]
}

/** Where inputs lie in the memory, and where results may be written. */
export const INPUT_BYTES = 512
/** Where an f64 lies that is a NaN with a payload. */
export const NAN_AT = INPUT_BYTES - 8
const OUTPUT_BYTES = 2_048

const SCALAR_NANS = {
  f32: ['nan:0x400001', '-nan:0x7fffff', 'nan', 'nan:0x1'],
  f64: ['nan:0x8000000000001', '-nan', 'nan'],
}
const NUMBERS = ['0', '-0', '1', '-2.5', 'inf', '-inf', '1e30', '0.1']
const ONE = ['ceil', 'floor', 'trunc', 'nearest', 'sqrt', 'neg', 'abs']
const TWO = ['add', 'sub', 'mul', 'div', 'min', 'max', 'sub', 'div']
const COMPARE = ['eq', 'ne', 'lt', 'gt', 'le', 'ge']
const LANES = ['f32x4', 'f64x2'] as const
const MASKS = ['f32x4.lt', 'f64x2.eq', 'f32x4.ne', 'i32x4.gt_s', 'i64x2.lt_s', 'f64x2.ge']

/** The text of a random module; its export `run` works on its export `memory`. */
export function nanProgram(seed: number): string {
  const roll = dice(seed)
  const throws = roll(4) === 0
  const floats = [FLOATS, ONLY_F64, ONLY_V128][seed % 3] ?? FLOATS
  const signatures = Array.from({ length: 1 + roll(3) }, (): Signature => {
    const types = (most: number) => Array.from({ length: roll(most + 1) }, () => pick(roll, floats))
    return { params: types(3), results: types(2) }
  })
  const functions = signatures.map((signature, index) => {
    const scope = newScope(roll, floats, signatures.slice(0, index), signature.results, throws)
    const params = signature.params.map((type, at) => `(param $p${at} ${type})`).join(' ')
    const given = signature.params.map(
      (type, at) => `(local.set $${type}${roll(scope.locals)} (local.get $p${at}))`,
    )
    return `(func $f${index} ${params} ${resultText(signature.results)} ${localText(scope)}
${given.join('\n')}
${statements(scope, 4)}
${scope.results.map((type) => expression(scope, type)).join('\n')})`
  })
  const main = newScope(roll, floats, signatures, [], throws)
  return `(module (memory (export "memory") 1) (tag $t (param f32 f64))
(global $gf32 (mut f32) (f32.const 0)) (global $gf64 (mut f64) (f64.const nan:0x8000000000003))
(global $gv128 (mut v128) (v128.const i32x4 0 0 0 0))
${functions.join('\n')}
(func (export "run") ${localText(main)} ${statements(main, 5)}
${signatures.map((_, index) => callStatement(main, index)).join('\n')}
${FLOATS.map((type, at) => `(${type}.store offset=${INPUT_BYTES} (i32.const ${at * 16}) (global.get $g${type}))`).join('\n')}))`
}

function newScope(
  roll: Dice,
  floats: readonly Float[],
  callable: readonly Signature[],
  results: readonly Float[],
  throws: boolean,
): Scope {
  const locals = 1 + roll(3)
  const [labels, valued] = [[], []]
  return {
    roll,
    floats,
    agains: [],
    locals,
    labels,
    valued,
    callable,
    results,
    throws,
    inTry: false,
    depth: 4,
    fresh: { next: 0 },
  }
}

function resultText(results: readonly Float[]): string {
  return results.map((type) => `(result ${type})`).join(' ')
}

function localText(scope: Scope): string {
  const floats = FLOATS.flatMap((type) =>
    Array.from({ length: scope.locals }, (_, at) => `(local $${type}${at} ${type})`),
  )
  return `${floats.join(' ')} ${Array.from({ length: 8 }, (_, at) => `(local $i${at} i32)`).join(' ')}`
}

function inner(scope: Scope, more: Partial<Scope> = {}): Scope {
  return { ...scope, depth: scope.depth - 1, ...more }
}

function statements(scope: Scope, most: number): string {
  return Array.from({ length: 1 + scope.roll(most) }, () => statement(scope)).join('\n')
}

function place(scope: Scope, type: Float): string {
  return `offset=${INPUT_BYTES + 48 + SIZES[type] * scope.roll(Math.floor((OUTPUT_BYTES - INPUT_BYTES) / SIZES[type]))}`
}

function statement(scope: Scope): string {
  const { roll } = scope
  const type = pick(roll, scope.floats)
  if (scope.depth <= 0 || roll(2) === 0) return leafStatement(scope, type)
  const label = `$l${scope.fresh.next++}`
  const labels = [label, ...scope.labels]
  switch (roll(scope.throws ? 9 : 6)) {
    case 0:
      return `(block ${label} ${statements(inner(scope, { labels }), 3)})`
    case 1:
      return `(if ${label} ${condition(scope)} (then ${statements(inner(scope, { labels }), 3)}) ${roll(2) === 0 ? '' : `(else ${statements(inner(scope, { labels }), 3)})`})`
    case 2:
    case 3:
      return loop(scope, label)
    case 4:
      return `(local.set $${type}${roll(scope.locals)} ${expression(scope, type)})`
    case 5: {
      if (scope.callable.length === 0) return leafStatement(scope, type)
      return callStatement(scope, roll(scope.callable.length))
    }
    default:
      return `(try ${label} (do ${statements(inner(scope, { labels, inTry: true }), 3)})
(catch $t (local.set $f64${roll(scope.locals)}) (local.set $f32${roll(scope.locals)}) ${statements(inner(scope, { labels }), 2)}))`
  }
}

/** A loop of up to four turns: its counter is a local that nothing else uses at that depth. */
function loop(scope: Scope, label: string): string {
  const counter = `$i${scope.depth}`
  const exit = `${label}x`
  const next = `(local.tee ${counter} (i32.add (local.get ${counter}) (i32.const 1)))`
  const again = `(br_if ${label} (i32.lt_u ${next} (i32.const ${2 + scope.roll(3)})))`
  const within = inner(scope, { labels: [exit, ...scope.labels], agains: [again, ...scope.agains] })
  const body = `${statements(within, 3)} ${again} ${statements(within, 1)}`
  return `(local.set ${counter} (i32.const 0)) (block ${exit} (loop ${label} ${body}))`
}

function leafStatement(scope: Scope, type: Float): string {
  const { roll } = scope
  if (scope.inTry && roll(4) === 0) return leave(scope)
  switch (roll(10)) {
    case 0:
    case 1:
      return `(${type}.store ${place(scope, type)} (i32.const 0) ${expression(scope, type)})`
    case 2:
      return `(global.set $g${type} ${expression(scope, type)})`
    case 3:
      return `(i32.store ${place(scope, 'f32')} (i32.const 0) ${condition(scope)})`
    case 4:
      return `(drop ${expression(scope, type)})`
    case 5:
    case 6:
      return leave(scope)
    default:
      return `(local.set $${type}${roll(scope.locals)} ${expression(scope, type)})`
  }
}

/** A way out of a block or back to a loop's head, mostly a conditional one; what follows the others is dead. */
function leave(scope: Scope): string {
  const { roll } = scope
  const values = () => scope.results.map((type) => expression(inner(scope), type)).join(' ')
  if (scope.inTry && roll(2) === 0) {
    const thrown = `(throw $t ${expression(inner(scope), 'f32')} ${expression(inner(scope), 'f64')})`
    return `(if ${condition(scope)} (then ${thrown}))`
  }
  const label = scope.labels.length === 0 ? undefined : pick(roll, scope.labels)
  switch (label === undefined ? 4 : roll(6)) {
    case 0:
      return `(block $none (br_table ${scope.labels.join(' ')} $none ${condition(scope)}))`
    case 1:
      return `(br ${label ?? ''})`
    case 2:
    case 3:
      return `(br_if ${label ?? ''} ${condition(scope)})`
    case 4:
      return scope.agains.length > 0 ? pick(roll, scope.agains) : '(nop)'
    default:
      return `(if ${condition(scope)} (then (return ${values()})))`
  }
}

function callStatement(scope: Scope, index: number): string {
  const signature = scope.callable[index]
  const args = signature?.params.map((type) => expression(inner(scope), type)).join(' ') ?? ''
  const results = signature?.results.toReversed() ?? []
  return `(call $f${index} ${args}) ${results.map((type) => `(local.set $${type}${scope.roll(scope.locals)})`).join(' ')}`
}

/** An i32 from 0 on: of floats, of their bits, or of memory. */
function condition(scope: Scope): string {
  const { roll } = scope
  const type = pick(roll, ['f32', 'f64'] as const)
  const next = inner(scope)
  const of = (float: Float) => expression(next, float)
  switch (scope.depth <= 0 ? 0 : roll(6)) {
    case 0:
      return `(i32.and (i32.load offset=${4 * roll(100)} (i32.const 0)) (i32.const 1))`
    case 1:
      return `(i32.trunc_sat_${type}_s ${of(type)})`
    case 2:
      return `(i32.and (i32.shr_u (i32.reinterpret_f32 ${of('f32')}) (i32.const ${roll(32)})) (i32.const 3))`
    case 3:
      return `(${pick(roll, ['v128.any_true', 'i32x4.all_true', 'i32x4.bitmask', 'i8x16.bitmask'])} ${of('v128')})`
    default:
      return `(${type}.${pick(roll, COMPARE)} ${of(type)} ${of(type)})`
  }
}

function expression(scope: Scope, type: Float): string {
  const { roll } = scope
  if (scope.depth <= 0 || roll(5) === 0) return leafExpression(scope, type)
  if (type === 'f64' && scope.floats === ONLY_F64 && roll(4) !== 0) return moved(scope, F64_NANS, type)
  if (type === 'v128' && scope.floats === ONLY_V128 && roll(3) === 0) return moved(scope, V128_NANS, type)
  const next = inner(scope)
  const [one, two] = [() => expression(next, type), () => expression(next, type)]
  const local = `$${type}${roll(scope.locals)}`
  const label = `$l${scope.fresh.next++}`
  const valued = [[label, type] as const, ...scope.valued]
  switch (roll(13)) {
    case 0:
      return `(local.tee ${local} ${one()})`
    case 1:
      return `(select ${type === 'v128' ? '(result v128)' : ''} ${one()} ${two()} ${condition(next)})`
    case 2: {
      const body = `${statements(inner(next, { valued }), 2)} ${branchWithValue({ ...next, valued })} ${expression(inner(next, { valued }), type)}`
      return `(block ${label} (result ${type}) ${body})`
    }
    case 3:
      return `(if ${label} (result ${type}) ${condition(next)} (then ${expression(inner(next, { valued }), type)}) (else ${expression(inner(next, { valued }), type)}))`
    case 5: {
      const skipped = `(if (param ${type}) (result ${type}) ${condition(next)} (then (drop) ${two()}))`
      return `(block (result ${type}) ${one()} ${skipped})`
    }
    case 4: {
      const turns = `(local.set $i${scope.depth} (i32.const ${roll(3)}))`
      const again = `(local.tee $i${scope.depth} (i32.sub (local.get $i${scope.depth}) (i32.const 1))) (i32.const 0) (i32.gt_s) (br_if ${label})`
      return `${turns} (loop ${label} (param) (result ${type}) ${statements(inner(next), 1)} ${again} ${one()})`
    }
    default:
      return type === 'v128' ? vector(next) : scalar(next, type)
  }
}

/** NaNs of arithmetic have their sign set on x64, or a payload that they have from the memory; one is from there. */
const F64_NANS = ['(f64.div (f64.const 0) (f64.const 0))', `(f64.load offset=${NAN_AT} (i32.const 0))`]
const V128_NANS = [
  '(f32x4.div (v128.const f32x4 0 1 2 0) (v128.const f32x4 0 1 1 0))',
  '(f64x2.div (v128.const f64x2 0 1) (v128.const f64x2 0 1))',
  `(f64x2.add (v128.load64_splat offset=${NAN_AT} (i32.const 0)) (v128.const f64x2 1 2))`,
  `(v128.load64_zero offset=${NAN_AT} (i32.const 0))`,
]

/** A local, or a NaN. */
function moved(scope: Scope, nans: readonly string[], type: Float): string {
  if (scope.roll(3) === 0) return pick(scope.roll, nans)
  return `(local.get $${type}${scope.roll(scope.locals)})`
}

function branchWithValue(scope: Scope): string {
  const target = scope.valued[scope.roll(scope.valued.length)]
  if (target === undefined) return ''
  return `(br_if ${target[0]} ${expression(inner(scope), target[1])} ${condition(inner(scope))}) (drop)`
}

function leafExpression(scope: Scope, type: Float): string {
  const { roll } = scope
  switch (roll(6)) {
    case 0:
      return `(${type}.load offset=${roll(INPUT_BYTES - 16)} (i32.const 0))`
    case 1:
      return `(global.get $g${type})`
    case 2:
      if (type !== 'v128') return `(${type}.const ${pick(roll, roll(3) === 0 ? SCALAR_NANS[type] : NUMBERS)})`
      return pick(roll, [
        '(v128.const i32x4 0 -1 0 -1)',
        '(v128.const i64x2 0 -1)',
        '(v128.const f32x4 1 -0 nan:0x400007 2)',
        '(v128.const f64x2 nan 1.5)',
        '(v128.const i32x4 0 0 0 0)',
        '(v128.const f32x4 1 2 3 4)',
      ])
    default:
      return `(local.get $${type}${roll(scope.locals)})`
  }
}

function scalar(scope: Scope, type: 'f32' | 'f64'): string {
  const { roll } = scope
  const one = () => expression(scope, type)
  switch (roll(11)) {
    case 0:
      return `(${type}.copysign ${one()} ${one()})`
    case 1:
      return type === 'f32'
        ? `(f32.demote_f64 ${expression(scope, 'f64')})`
        : `(f64.promote_f32 ${expression(scope, 'f32')})`
    case 2:
      return type === 'f32'
        ? `(f32.reinterpret_i32 (i32.xor (i32.reinterpret_f32 ${one()}) (i32.const ${roll(3) - 1})))`
        : `(f64.reinterpret_i64 (i64.reinterpret_f64 ${one()}))`
    case 3:
      return `(${type}.convert_i32_s ${condition(scope)})`
    case 4:
      return `(${type}x${type === 'f32' ? 4 : 2}.extract_lane ${roll(2)} ${expression(scope, 'v128')})`
    case 5:
    case 6:
      return `(${type}.${pick(roll, ONE)} ${one()})`
    default:
      return `(${type}.${pick(roll, TWO)} ${one()} ${one()})`
  }
}

function mask(scope: Scope): string {
  const one = () => expression(scope, 'v128')
  return scope.roll(3) === 0 ? one() : `(${pick(scope.roll, MASKS)} ${one()} ${one()})`
}

function shuffleLanes(roll: Dice): string {
  const size = pick(roll, [1, 4, 8])
  const firsts = Array.from({ length: 16 / size }, () => roll(32 / size) * size)
  return firsts.flatMap((first) => Array.from({ length: size }, (_, at) => first + at)).join(' ')
}

function vector(scope: Scope): string {
  const { roll } = scope
  const one = () => expression(scope, 'v128')
  const lanes = pick(roll, LANES)
  const number = lanes === 'f32x4' ? 'f32' : 'f64'
  switch (roll(18)) {
    case 0:
      return `(i8x16.shuffle ${shuffleLanes(roll)} ${one()} ${one()})`
    case 1:
    case 2:
      return `(v128.bitselect ${one()} ${one()} ${mask(scope)})`
    case 3:
      return `(v128.${pick(roll, ['and', 'andnot', 'or', 'xor'])} ${one()} ${mask(scope)})`
    case 4:
      return `(v128.and ${mask(scope)} ${one()})`
    case 5:
      return `(${lanes}.splat ${expression(scope, number)})`
    case 6:
    case 7:
      return `(${lanes}.replace_lane ${roll(2)} ${one()} ${expression(scope, number)})`
    case 8:
      return `(${pick(roll, ['i32x4', 'i16x8'])}.replace_lane ${roll(4)} ${one()} ${condition(scope)})`
    case 9:
      return `(v128.load${pick(roll, [8, 32, 64])}_lane offset=${roll(400)} 1 (i32.const 0) ${one()})`
    case 10:
      return `(${pick(roll, ['f32x4.demote_f64x2_zero', 'f64x2.promote_low_f32x4', 'v128.not', 'i32x4.trunc_sat_f32x4_s', 'f32x4.convert_i32x4_s', 'f64x2.convert_low_i32x4_u'])} ${one()})`
    case 11:
      return `(${pick(roll, ['i32x4.add', 'i8x16.swizzle', 'i16x8.max_s', 'f64x2.lt', 'f32x4.ge'])} ${one()} ${one()})`
    case 12:
      return `(${lanes}.${pick(roll, ['pmin', 'pmax'])} ${one()} ${one()})`
    case 13:
    case 14:
      return `(${lanes}.${pick(roll, ONE)} ${one()})`
    default:
      return `(${lanes}.${pick(roll, TWO)} ${one()} ${one()})`
  }
}
