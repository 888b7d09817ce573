/** Recursion without end: the count of frames ends it, long before the machine's own stack would. */
import { fails, meshwork, passes, wasi, type HostileCase, type ModuleText } from './hostile-case.fixture.ts'

const DEEP = /^the module called itself too deep$/

function deep(name: string, run: string, text?: ModuleText): HostileCase {
  return fails('stack-exhausted', name, meshwork(run, text), DEEP)
}

const many = (type: string, count: number) => Array.from({ length: count }, () => type).join(' ')
const zeros = (type: string, count: number) => `(${type}.const 0) `.repeat(count)
const vectors = (count: number) => '(v128.const i64x2 1 2) '.repeat(count)
const own = (name: string, local: string) => `(func $${name} ${local} (call $${name}))`
const TABLE = '(table 1 funcref) (elem (i32.const 0) $f)'

/** Recursions of every kind. */
export const RECURSIONS: readonly HostileCase[] = [
  deep('a function that calls itself', '(call $f)', { fields: own('f', '') }),
  deep('frames of 4,000 locals', '(call $f)', { fields: own('f', `(local ${many('i64', 4_000)})`) }),
  deep('frames of 200 locals', '(call $f)', { fields: own('f', `(local ${many('i64', 200)})`) }),
  deep('frames of 2,000 vectors', '(call $f)', { fields: own('f', `(local ${many('v128', 2_000)})`) }),
  deep('frames of 1,000 operands', '(call $f)', {
    fields: `(func $f ${zeros('i64', 1_000)} (call $f) ${'(drop) '.repeat(1_000)})`,
  }),
  deep('frames with 900 parameters', `(call $f ${zeros('i64', 900)})`, {
    fields: `(func $f (param ${many('i64', 900)}) (call $f ${zeros('i64', 900)}))`,
  }),
  deep('frames with 900 results', `(call $f) ${'(drop) '.repeat(900)}`, {
    fields: `(func $f (result ${many('i64', 900)}) (call $f))`,
  }),
  deep('frames with 900 vectors as results', `(call $f) ${'(drop) '.repeat(900)}`, {
    fields: `(func $f (result ${many('v128', 900)}) (call $f))`,
  }),
  deep('frames with 900 vectors as parameters', `${vectors(900)} (call $f)`, {
    fields: `(func $f (param ${many('v128', 900)}) ${vectors(900)} (call $f))`,
  }),
  deep('frames that hand 900 vectors in and out', `${vectors(900)} (call $f) ${'(drop) '.repeat(900)}`, {
    fields: `(func $f (param ${many('v128', 900)}) (result ${many('v128', 900)}) ${vectors(900)} (call $f))`,
  }),
  deep('frames that keep 900 vectors over a call that returns 900', `(call $f) ${'(drop) '.repeat(900)}`, {
    fields: `(func $f (result ${many('v128', 900)}) (call $g) (call $f) ${'(drop) '.repeat(900)})
      (func $g (result ${many('v128', 900)}) ${vectors(900)})`,
  }),
  deep('two functions that call each other', '(call $f)', {
    fields: '(func $f (call $g)) (func $g (call $f))',
  }),
  deep('a function that calls itself through a table', '(call $f)', {
    fields: `${TABLE} (func $f (call_indirect (i32.const 0)))`,
  }),
  deep('a function that calls itself through the first and the last call', '(call $f)', {
    fields: '(func $f (call $g)) (func $g (return_call $f))',
  }),
  deep('a recursion inside a try', '(call $f)', {
    fields: '(func $f (try (do (call $f)) (catch_all (call $f))))',
  }),
  deep('a recursion inside a try_table', '(call $f)', {
    fields: '(func $f (block $h (try_table (catch_all $h) (call $f))) (call $f))',
  }),
  deep('a recursion inside a catch', '(call $f)', {
    fields: '(tag $e) (func $f (try (do (throw $e)) (catch $e (call $f))))',
  }),
  deep('a recursion after a catch', '(call $f)', {
    fields: '(tag $e) (func $f (block $h (try_table (catch $e $h) (throw $e))) (call $f))',
  }),
  deep('a recursion that catches its own throws', '(call $f (i32.const 0))', {
    fields: `(tag $e)
      (func $f (param i32)
        (try (do (call $thrower)) (catch $e (call $f (i32.add (local.get 0) (i32.const 1))))))
      (func $thrower (throw $e))`,
  }),
  deep('a recursion that rethrows', '(call $f)', {
    fields: '(tag $e) (func $f (try (do (call $f)) (catch $e (rethrow 0))))',
  }),
  deep('a recursion that delegates', '(call $f)', {
    fields: '(tag $e) (func $f (try (do (try (do (call $f)) (delegate 0))) (catch_all)))',
  }),
  passes(
    'a thousand exceptions out of the depth, after each of which as deep a call is possible again',
    meshwork(
      `(loop $again
        (block $h (try_table (catch_all $h) (call $f (i32.const 500))))
        (try (do (call $f (i32.const 500))) (catch $e))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))`,
      {
        fields: `(tag $e) (func $f (param i32)
          (if (i32.eqz (local.get 0)) (then (throw $e)))
          (call $f (i32.sub (local.get 0) (i32.const 1))))`,
      },
    ),
  ),
  fails(
    'stack-exhausted',
    'a recursion that calls the host from every frame',
    meshwork('(call $f)', {
      imports: '(import "meshwork" "log" (func $log (param i32 i32)))',
      fields: '(func $f (call $log (i32.const 0) (i32.const 9)) (call $f))',
    }),
    DEEP,
    { limits: { fuel: 1e9 } },
  ),
  deep('a recursion whose last frames are large and hold no call', '(call $f)', {
    fields: `(func $f (call $leaf) (call $f)) (func $leaf (local ${many('i64', 4_900)}) (local.set 7 (i64.const 1)))`,
  }),
  deep('a recursion over a chain of functions that are on no cycle', '(call $f)', {
    fields: `(func $f (call $c0) (call $f))
      ${Array.from({ length: 50 }, (_, i) => `(func $c${i} (local ${many('i64', 300)}) (call $c${i + 1}))`).join(' ')}
      (func $c50)`,
  }),
  deep('a recursion of vectors that live over the call', '(drop (call $f (v128.const i64x2 1 2)))', {
    fields: `(func $f (param v128) (result v128)
      ${'local.get 0 '.repeat(301)} call $f ${'i32x4.add '.repeat(300)})`,
  }),
  fails(
    'stack-exhausted',
    'a recursion in alloc',
    meshwork('', { alloc: '(call $alloc (local.get $length))' }),
    DEEP,
    { input: new Uint8Array(1) },
  ),
  deep('a recursion in the start function', '', { fields: `${own('f', '')} (start $f)` }),
  fails('stack-exhausted', 'a command that starts itself', wasi('(call $start)'), DEEP),
]
