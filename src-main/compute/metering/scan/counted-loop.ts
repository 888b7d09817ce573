import { type CodeCursor, readIndex, readOpcode, skipImmediates } from '../nan/flow/cursor.ts'

/** A local or a constant of type i32. */
export type Operand = { readonly local: number } | { readonly constant: number }

/**
 * A loop that counts: whose rounds are known before the first one. It goes on while its counter is different from,
 * below or above a bound that it does not change, and every round adds the same step.
 */
export interface CountedLoop {
  readonly counter: number
  readonly bound: Operand
  readonly relation: 'different' | 'below' | 'above'
  readonly isSigned: boolean
  /** Above 0 where the counter goes up to the bound, below 0 where it goes down. */
  readonly step: number
}

const OP = {
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  constant: 0x41,
  add: 0x6a,
  sub: 0x6b,
} as const
/** block, loop, if; try and try_table are left to loops that do not count. */
const OPENS: ReadonlySet<number> = new Set([0x02, OP.loop, OP.if])
const EXCEPTIONS: ReadonlySet<number> = new Set([0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f])
const NO_RESULT = 0x40

/** i32.ne and the comparisons of order: relation, whether the bound is reached itself, whether signed. */
const CONDITIONS = new Map<number, readonly ['different' | 'below' | 'above', boolean, boolean]>([
  [0x47, ['different', false, false]],
  [0x48, ['below', false, true]],
  [0x49, ['below', false, false]],
  [0x4a, ['above', false, true]],
  [0x4b, ['above', false, false]],
  [0x4c, ['below', true, true]],
  [0x4d, ['below', true, false]],
  [0x4e, ['above', true, true]],
  [0x4f, ['above', true, false]],
])
const REVERSED = { different: 'different', below: 'above', above: 'below' } as const

/** A condition as it is written: which of its operands is the counter will show. */
interface Condition {
  readonly left: Operand
  readonly right: Operand
  readonly opcode: number
}

/** How a loop changes one of the locals of its condition. */
interface Changes {
  count: number
  /** The constant added to it, if it is changed only by adding one, once in each round. */
  step: number | undefined
}

/**
 * Recognises `loop (if (counter < bound) … counter += step … (br loop))`, as compilers write a `for` that has its
 * condition above. What the caller has seen: that the body calls nothing, has no loop in it, goes back once, at its end,
 * and leaves by its condition only.
 *
 * @param cursor at the first instruction of the loop, whose bytes have been scanned before
 * @param branch offset of the first instruction of the `if`
 * @param back offset of the one branch back to the loop that is reached
 */
export function findCountedLoop(cursor: CodeCursor, branch: number, back: number): CountedLoop | undefined {
  const condition = readCondition(cursor)
  if (condition === undefined || cursor.at !== branch) return undefined
  const changes = new Map<number, Changes>()
  for (const operand of [condition.left, condition.right]) {
    if ('local' in operand) changes.set(operand.local, { count: 0, step: undefined })
  }
  if (!followBody(cursor, changes, back)) return undefined
  return (
    countedBy(condition.left, condition.right, condition.opcode, changes, false) ??
    countedBy(condition.right, condition.left, condition.opcode, changes, true)
  )
}

function readCondition(cursor: CodeCursor): Condition | undefined {
  const left = readOperand(cursor)
  const right = readOperand(cursor)
  if (left === undefined || right === undefined) return undefined
  const opcode = readOpcode(cursor)
  if (readOpcode(cursor) !== OP.if || cursor.bytes[cursor.at++] !== NO_RESULT) return undefined
  return { left, right, opcode }
}

function readOperand(cursor: CodeCursor): Operand | undefined {
  const opcode = readOpcode(cursor)
  if (opcode === OP.localGet) return { local: readIndex(cursor) }
  if (opcode === OP.constant) return { constant: readConstant(cursor) }
  return undefined
}

/** A signed LEB128 integer of 32 bits. */
function readConstant(cursor: CodeCursor): number {
  let value = 0
  let shift = 0
  let byte: number
  do {
    byte = cursor.bytes[cursor.at++] ?? 0
    value |= (byte & 0x7f) << shift
    shift += 7
  } while (byte >= 0x80)
  return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value
}

/**
 * Reads the branch up to where it goes back, which must be its end and the loop's. As that place is reached, so is all
 * at its depth before it, in every round. Returns false for a body that cannot be judged.
 */
function followBody(cursor: CodeCursor, changes: ReadonlyMap<number, Changes>, back: number): boolean {
  let [first, second, third] = [NOTHING, NOTHING, NOTHING]
  let depth = 1
  while (cursor.at < back) {
    const opcode = readOpcode(cursor)
    const operand = readImmediate(cursor, opcode)
    if (EXCEPTIONS.has(opcode) || (opcode === OP.else && depth === 1)) return false
    if (OPENS.has(opcode)) depth++
    if (opcode === OP.end) depth--
    const changed = opcode === OP.localSet || opcode === OP.localTee ? changes.get(operand) : undefined
    if (changed !== undefined) {
      changed.count++
      const isSure = depth === 1 && opcode === OP.localSet
      changed.step = isSure ? stepOf(operand, first, second, third) : undefined
    }
    first = second
    second = third
    third = { opcode, operand }
  }
  return depth === 1 && cursor.at === back && endsAfterBranch(cursor)
}

/** The immediate of a constant, or of local.get, set and tee; those of other instructions are skipped. */
function readImmediate(cursor: CodeCursor, opcode: number): number {
  if (opcode === OP.constant) return readConstant(cursor)
  if (opcode >= OP.localGet && opcode <= OP.localTee) return readIndex(cursor)
  skipImmediates(cursor, opcode)
  return 0
}

/** Whether the branch back is followed by the ends of the `if` and of the loop, and by nothing else. */
function endsAfterBranch(cursor: CodeCursor): boolean {
  skipImmediates(cursor, readOpcode(cursor))
  return readOpcode(cursor) === OP.end && readOpcode(cursor) === OP.end && cursor.at === cursor.end
}

interface Instruction {
  readonly opcode: number
  readonly operand: number
}
const NOTHING: Instruction = { opcode: -1, operand: 0 }

/** The constant that three instructions add to a local that is set next; undefined if they do anything else. */
function stepOf(local: number, a: Instruction, b: Instruction, sum: Instruction): number | undefined {
  const isGet = (one: Instruction) => one.opcode === OP.localGet && one.operand === local
  if (sum.opcode === OP.add && isGet(a) && b.opcode === OP.constant) return b.operand
  if (sum.opcode === OP.add && isGet(b) && a.opcode === OP.constant) return a.operand
  if (sum.opcode === OP.sub && isGet(a) && b.opcode === OP.constant) return -b.operand
  return undefined
}

function countedBy(
  counter: Operand,
  bound: Operand,
  opcode: number,
  changes: ReadonlyMap<number, Changes>,
  isReversed: boolean,
): CountedLoop | undefined {
  const condition = CONDITIONS.get(opcode)
  if (condition === undefined || !('local' in counter)) return undefined
  const { count = 0, step } = changes.get(counter.local) ?? {}
  if (count !== 1 || step === undefined || step === 0) return undefined
  if ('local' in bound && (bound.local === counter.local || changes.get(bound.local)?.count !== 0))
    return undefined
  const [written, isReached, isSigned] = condition
  const relation = isReversed ? REVERSED[written] : written
  return ending({ counter: counter.local, bound, relation, isSigned, step }, isReached)
}

/**
 * The loop, if it surely ends by its condition, before its counter wraps around: then its rounds are what the
 * difference says. A bound that is reached itself becomes the one after it.
 */
function ending(loop: CountedLoop, isReached: boolean): CountedLoop | undefined {
  const { relation, step, bound } = loop
  const size = Math.abs(step)
  if (relation === 'different') return size === 1 ? loop : undefined
  if (relation === 'below' ? step < 0 : step > 0) return undefined
  if ('local' in bound) return size === 1 && !isReached ? loop : undefined
  return endingAt(loop, bound.constant, isReached)
}

/** `ending` for a loop whose bound is a constant. */
function endingAt(loop: CountedLoop, constant: number, isReached: boolean): CountedLoop | undefined {
  const { relation, isSigned, step } = loop
  const size = Math.abs(step)
  const [least, greatest] = isSigned ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  const written = isSigned ? constant : constant >>> 0
  const last = relation === 'below' ? written + (isReached ? 1 : 0) : written - (isReached ? 1 : 0)
  // The counter's last value is less than a step beyond the bound.
  const beyond = relation === 'below' ? last - 1 + size : last + 1 - size
  if (beyond < least || beyond > greatest) return undefined
  return { ...loop, bound: { constant: last } }
}
