import type { EquivalenceCase } from './case.fixture.ts'

const numbers = (name: string, ...values: number[]) => values.map((value) => [name, value] as const)

/** Throws a value from `$deep` frames down; `$thrower(depth, value)`. */
const THROWER = `(tag $t (param i32)) (tag $u (param i64 i32)) (tag $empty)
  (func $thrower (param $depth i32) (param $value i32)
    (if (i32.eqz (local.get $depth)) (then
      (if (i32.eq (local.get $value) (i32.const 0)) (then (return)))
      (if (i32.eq (local.get $value) (i32.const 1)) (then (throw $empty)))
      (if (i32.eq (local.get $value) (i32.const 2)) (then (throw $u (i64.const 22) (local.get $value))))
      (if (i32.eq (local.get $value) (i32.const 3)) (then (unreachable)))
      (throw $t (local.get $value))))
    (call $thrower (i32.sub (local.get $depth) (i32.const 1)) (local.get $value)))`

/** Exceptions in both encodings: what is caught, what goes on, and how many frames they cross. */
export const EXCEPTION_CASES: readonly EquivalenceCase[] = [
  {
    name: 'try: catch by tag, catch_all, and what neither catches (a trap)',
    wat: `(module ${THROWER} (global $g (export "g") (mut i32) (i32.const 0))
      (func (export "f") (param i32) (result i32)
        (try (result i32)
          (do (call $thrower (i32.const 5) (local.get 0)) (i32.const 1000))
          (catch $t (i32.const 7) (i32.add))
          (catch $u (global.set $g) (i32.wrap_i64))
          (catch_all (global.set $g (i32.const 9)) (i32.const -1)))))`,
    calls: numbers('f', 0, 1, 2, 3, 4, 5),
  },
  {
    name: 'try: rethrow from within, delegate outward, and a catch that throws',
    wat: `(module ${THROWER}
      (func (export "rethrow") (param i32) (result i32)
        (try (result i32) (do
          (try $inner (result i32) (do (call $thrower (i32.const 2) (local.get 0)) (i32.const 1))
            (catch $t (drop) (rethrow $inner)) (catch_all (i32.const 2))))
          (catch $t (i32.const 100) (i32.add))))
      (func (export "delegate") (param i32) (result i32)
        (try $outer (result i32) (do
          (try (result i32) (do
            (try (result i32) (do (call $thrower (i32.const 1) (local.get 0)) (i32.const 1)) (delegate $outer)))
            (catch_all (i32.const 55))))
          (catch $t) (catch_all (i32.const 3))))
      (func (export "again") (param i32) (result i32)
        (try (result i32) (do
          (try (result i32) (do (call $thrower (i32.const 0) (local.get 0)) (i32.const 1))
            (catch $t (i32.const 1) (i32.add) (throw $t)) (catch_all (throw $t (i32.const 500)))))
          (catch $t))))`,
    calls: [
      ...numbers('rethrow', 0, 1, 4, 3),
      ...numbers('delegate', 0, 1, 4, 3),
      ...numbers('again', 0, 1, 2, 9, 3),
    ],
  },
  {
    name: 'try: a loop of throws crosses many frames and leaves the depth as it was',
    wat: `(module ${THROWER}
      (func (export "f") (param $n i32) (result i32) (local $sum i32)
        (loop $l
          (try (do (call $thrower (i32.const 60) (i32.add (local.get $n) (i32.const 4))))
            (catch $t (local.set $sum (i32.add (local.get $sum)))))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))`,
    calls: numbers('f', 1, 300),
  },
  {
    name: 'try_table: every kind of clause',
    wat: `(module ${THROWER}
      (func (export "f") (param i32) (result i32)
        (block $all
          (block $u (result i64 i32)
            (block $t (result i32)
              (try_table (catch $t $t) (catch $u $u) (catch_all $all) (call $thrower (i32.const 4) (local.get 0)))
              (return (i32.const 1000)))
            (return (i32.add (i32.const 7))))
          (drop) (return (i32.wrap_i64)))
        (i32.const -1)))`,
    calls: numbers('f', 0, 1, 2, 3, 4, 5),
  },
  {
    name: 'try_table: an exception kept as a reference, thrown again',
    wat: `(module ${THROWER}
      (func $hold (param i32) (result i32) (local $e exnref)
        (block $caught (result exnref)
          (try_table (catch_all_ref $caught) (call $thrower (i32.const 3) (local.get 0)))
          (return (i32.const 1)))
        (local.set $e)
        (throw_ref (local.get $e)))
      (func (export "f") (param i32) (result i32)
        (block $t (result i32)
          (block $r (result i32 exnref)
            (try_table (result i32) (catch_ref $t $r) (call $hold (local.get 0)))
            (return))
          (drop) (i32.const 50) (i32.add)))
      (func (export "null") (throw_ref (ref.null exn))))`,
    calls: [...numbers('f', 0, 4, 5, 1, 3), ['null']],
  },
  {
    name: 'what nobody catches leaves the module, and the next call is as if nothing was',
    wat: `(module ${THROWER} (export "thrower" (func $thrower))
      (func (export "f") (param i32) (result i32) (call $thrower (i32.const 20) (local.get 0)) (i32.const 4)))`,
    calls: [
      ['f', 9],
      ['f', 0],
      ['f', 1],
      ['thrower', 3, 3],
      ['f', 0],
    ],
  },
]
