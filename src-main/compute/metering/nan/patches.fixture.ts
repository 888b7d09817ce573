/** Shared by the tests of the NaN analysis: where it patches, and what a patched module does. */
import { dice, pick } from '../dice.fixture.ts'
import type { FunctionCode } from '../parse/function-code.ts'
import { nanPatches } from './nan-bits.ts'
import { cursorAt, readOpcode, skipImmediates } from './flow/cursor.ts'
import { openModule } from './insert.fixture.ts'
import { INPUT_BYTES } from './program.fixture.ts'
import { FD } from '../parse/opcodes.ts'
import { wat } from '../wat.fixture.ts'

/** Instructions after which the examples may be patched, by name. */
const NAMES = new Map([
  [0x03, 'loop'],
  [0x0b, 'end'],
  [0x1b, 'select'],
  [0x20, 'local.get'],
  [0x22, 'local.tee'],
  [0x92, 'f32.add'],
  [0x94, 'f32.mul'],
  [0xa0, 'f64.add'],
  [0xa2, 'f64.mul'],
  [0x9f, 'f64.sqrt'],
  [FD | 19, 'f32x4.splat'],
  [FD | 31, 'f32x4.extract_lane'],
  [FD | 228, 'f32x4.add'],
  [FD | 240, 'f64x2.add'],
])

/** The patches of a module's last function, as 'shape after instruction'. */
function patchesOf(text: string): string[] {
  const { types, functions } = openModule(wat(text))
  const code = functions[functions.length - 1]
  if (code === undefined) throw new Error('no function')
  return nanPatches(types, code).map(({ at, shape }) => `${shape} after ${instructionBefore(code, at)}`)
}

function instructionBefore(code: FunctionCode, at: number): string {
  const cursor = cursorAt(code)
  let opcode = -1
  while (cursor.at < at) {
    opcode = readOpcode(cursor)
    skipImmediates(cursor, opcode)
  }
  return cursor.at === at ? (NAMES.get(opcode) ?? opcode.toString(16)) : 'the middle of an instruction'
}

/** The patches of a body with locals of all types, in a module with everything that a body may refer to. */
export function patchesOfBody(body: string, head = ''): string[] {
  const locals = [
    ['x', 'f32'],
    ['a', 'f64'],
    ['b', 'f64'],
    ['v', 'v128'],
    ['w', 'v128'],
  ]
  // From memory, because what a local begins with is known.
  const loads = locals.map(([name, type]) => `(local.set $${name} (${type}.load offset=64 (i32.const 0)))`)
  const declared = locals.map(([name, type]) => `(local $${name} ${type})`).join(' ')
  return patchesOf(`(module (memory 1) (tag $t (param f64)) (global $g (mut f64) (f64.const 0))
    (type $callee (func (param f64))) (table 1 funcref) (func $callee (param f64)) (func $given (result f64) (f64.const 1))
    (func ${head} (local $i i32) ${declared} ${loads.join(' ')} ${body}))`)
}

/** Words that are, or are halves of, NaNs of all kinds, infinities and numbers. */
const PATTERNS = [
  ...[0x7fc00000, 0xffc00000, 0x7fc00001, 0xffffffff, 0x7f800001, 0xff800001, 0x7f800000, 0xff800000],
  ...[0, 0x80000000, 0x3f800000, 0xbf800000, 0x40490fdb, 0x7ff80000, 0xfff80000, 0x7ff00000, 0xfff40000],
]

/** The memory that `run` leaves, from inputs full of NaNs with payloads and of both signs. */
export function memoryAfter(
  bytes: Uint8Array,
  seed: number,
  instantiate: (module: WebAssembly.Module) => WebAssembly.Instance = (module) =>
    new WebAssembly.Instance(module),
): string {
  const { memory, run } = instantiate(new WebAssembly.Module(bytes)).exports
  const view = new DataView((memory as WebAssembly.Memory).buffer)
  const roll = dice(seed)
  for (let at = 0; at < INPUT_BYTES; at += 4) view.setUint32(at, pick(roll, PATTERNS), true)
  ;(run as () => void)()
  return Buffer.from(view.buffer, 0, 4_096).toString('hex')
}

/** A sum that the machine may make a NaN of. */
export const ADD = '(f64.add (local.get $a) (local.get $b))'
