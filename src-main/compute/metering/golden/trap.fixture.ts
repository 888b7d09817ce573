import type { EquivalenceCase } from '../equivalence/case.fixture.ts'

/** A module that ends before its end, with the fuel it is given. */
export interface TrapCase extends EquivalenceCase {
  readonly fuel: number
}

const MODULE = `(module (memory (export "memory") 1) (global $g (export "g") (mut i32) (i32.const 0))
  (func $deep (export "deep") (param i64) (result i64)
    (i64.add (i64.const 1) (call $deep (i64.add (local.get 0) (i64.const 1)))))
  (func $wide (export "wide") (param i32) (result i32) (local i64 i64 i64 i64 i64 i64 i64 i64)
    (global.set $g (i32.add (global.get $g) (i32.const 1)))
    (local.set 1 (i64.extend_i32_s (local.get 0)))
    (i32.add (i32.wrap_i64 (local.get 1)) (call $wide (i32.add (local.get 0) (i32.const 1)))))
  (func (export "spin") (param i32)
    (loop $l (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.store (i32.const 8) (global.get $g)) (br_if $l (i32.ne (global.get $g) (local.get 0)))))
  (func (export "trap") (param $at i32) (local $i i32)
    (loop $l
      (if (i32.eq (local.get $i) (local.get $at)) (then
        (i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 70000) (i32.const 1)) (i32.store (i32.const 4) (i32.const 2))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.le_s (local.get $i) (local.get $at)))))
  (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`

/** Where fuel and stack end is part of the vectors: it must be the same instruction on every machine. */
export const TRAP_CASES: readonly TrapCase[] = [
  {
    name: 'a trap in a loop leaves its round paid',
    wat: MODULE,
    calls: [
      ['trap', 0],
      ['trap', 100],
    ],
    fuel: 1e9,
  },
  { name: 'a loop without end uses all its fuel', wat: MODULE, calls: [['spin', 0]], fuel: 400_000 },
  { name: 'recursion without end uses all its stack', wat: MODULE, calls: [['deep', 0n]], fuel: 1e9 },
  {
    name: 'recursion without end, of large frames',
    wat: MODULE,
    calls: [
      ['wide', 0],
      ['wide', 1],
    ],
    fuel: 1e9,
  },
  { name: 'recursion without end uses all its fuel', wat: MODULE, calls: [['deep', 0n]], fuel: 375_000 },
  {
    name: 'a fill out of bounds is paid for',
    wat: MODULE,
    calls: [
      ['fill', 65_536],
      ['fill', 65_537],
    ],
    fuel: 1e9,
  },
  {
    name: 'growth, possible and not',
    wat: MODULE,
    calls: [
      ['grow', 3],
      ['grow', 100_000],
      ['grow', 0],
    ],
    fuel: 1e9,
  },
]
