import type { EquivalenceCase } from './case.fixture.ts'

const numbers = (name: string, ...values: number[]) => values.map((value) => [name, value] as const)

/** Blocks, branches, calls and their many ways out. */
export const CONTROL_CASES: readonly EquivalenceCase[] = [
  {
    name: 'br_table takes every label, and the default outside of them',
    wat: `(module (func (export "f") (param i32) (result i32)
      (block $c (block $b (block $a
        (br_table $a $b $c $b (local.get 0)))
        (return (i32.const 10)))
        (return (i32.const 20)))
      (i32.const 30)))`,
    calls: numbers('f', 0, 1, 2, 3, 4, 1000, -1),
  },
  {
    name: 'br_table carries a value, to the function label too',
    wat: `(module (func (export "f") (param i32) (result i32)
      (i32.add (i32.const 100)
        (block $a (result i32) (i32.mul (i32.const 3)
          (block $b (result i32) (br_table $a $b 2 (i32.const 7) (local.get 0))))))))`,
    calls: numbers('f', 0, 1, 2, 3),
  },
  {
    name: 'loops within loops with returns and branches out of the middle',
    wat: `(module (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $sum i32)
      (block $out
        (loop $outer
          (local.set $j (i32.const 0))
          (loop $inner
            (local.set $sum (i32.add (local.get $sum) (i32.mul (local.get $i) (local.get $j))))
            (br_if $out (i32.gt_s (local.get $sum) (i32.const 5000)))
            (if (i32.eq (local.get $sum) (i32.const 77)) (then (return (i32.const -77))))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br_if $inner (i32.lt_s (local.get $j) (local.get $n))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $outer (i32.lt_s (local.get $i) (local.get $n)))))
      (local.get $sum)))`,
    calls: numbers('f', 0, 1, 2, 5, 8, 12, 40),
  },
  {
    name: 'a loop takes parameters and leaves results',
    wat: `(module (func (export "f") (param $n i32) (result i32 i64) (local $x i64)
      (i32.const 1) (i64.const 2)
      (loop $l (param i32 i64) (result i32 i64)
        (local.set $x) (i32.const 3) (i32.mul) (local.get $x) (i64.const 5) (i64.add)
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $l (i32.gt_s (local.get $n) (i32.const 0))))))`,
    calls: numbers('f', 0, 1, 2, 15),
  },
  {
    name: 'if takes parameters, both ways, and without else',
    wat: `(module
      (func (export "both") (param i32) (result i32 i32)
        (i32.const 5) (i32.const 6)
        (if (param i32 i32) (result i32 i32) (local.get 0) (then (i32.add) (i32.const 1)) (else (i32.sub) (i32.const 2))))
      (func (export "without") (param i32) (result i32)
        (i32.const 5)
        (if (param i32) (result i32) (local.get 0) (then (i32.const 9) (i32.mul)))))`,
    calls: [...numbers('both', 0, 1), ...numbers('without', 0, 1)],
  },
  {
    name: 'values wait on the operand stack below loops, ifs and calls',
    wat: `(module
      (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
      (func (export "f") (param $n i32) (result i32) (local $i i32)
        (local.get $n) (i32.const 1000) (i64.const 9)
        (loop $l
          (local.set $i (i32.add (local.get $i) (call $twice (i32.const 1))))
          (br_if $l (i32.lt_s (local.get $i) (local.get $n))))
        (if (i32.const 1) (then (local.set $i (call $twice (local.get $i)))))
        (i32.wrap_i64) (i32.add) (i32.add) (local.get $i) (i32.add)))`,
    calls: numbers('f', 0, 3, 10),
  },
  {
    name: 'code after an unconditional branch is as if it were not there',
    wat: `(module
      (func (export "dead") (result i32)
        (block $a (result i32)
          (br $a (i32.const 1)) (i32.add) (drop) (loop $l (br $l)) (i32.const 4)))
      (func (export "unreachable") (param i32) (result i64)
        (if (result i64) (local.get 0) (then (i64.const 3)) (else (unreachable) (select) (i64.add))))
      (func (export "returned") (result i32) (i32.const 7) (return) (br_table 0 0 (i32.const 1)) (f64.add) (drop) (i32.const 1)))`,
    calls: [['dead'], ...numbers('unreachable', 1, 0), ['returned']],
  },
  {
    name: 'nothing at all: empty bodies, empty blocks, empty loops',
    wat: `(module (func (export "f")) (func (export "g") (block) (loop) (if (i32.const 0) (then)) (nop)))`,
    calls: [['f'], ['g'], ['f']],
  },
  {
    name: 'calls: direct, mutual, indirect, with many parameters and results',
    wat: `(module
      (type $pair (func (param i32 i64 f32 f64) (result f64 f32 i64 i32)))
      (table 4 funcref) (elem (i32.const 0) $swap $even)
      (func $swap (type $pair) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
      (func $even (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1)) (else (call $odd (i32.sub (local.get 0) (i32.const 1))))))
      (func $odd (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0)) (else (call $even (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "even") (param i32) (result i32) (call $even (local.get 0)))
      (func (export "swap") (param i32) (result f64 f32 i64 i32)
        (call_indirect (type $pair) (local.get 0) (i64.const -5) (f32.const 1.5) (f64.const -2.5) (i32.const 0)))
      (func (export "indirect") (param i32) (result i32) (call_indirect (param i32) (result i32) (i32.const 6) (local.get 0))))`,
    calls: [...numbers('even', 0, 7, 100), ['swap', 3], ...numbers('indirect', 1, 0, 2, 4, -1)],
  },
  {
    name: 'the host is called in the middle of expressions and loops, and calls back',
    wat: `(module
      (import "host" "note" (func $note (param i32)))
      (import "host" "back" (func $back (param i32) (result i32)))
      (global $g (export "g") (mut i32) (i32.const 0))
      (func (export "called") (param i32) (result i32)
        (global.set $g (i32.add (global.get $g) (local.get 0)))
        (if (result i32) (i32.gt_s (local.get 0) (i32.const 0))
          (then (call $back (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))
      (func (export "f") (param $n i32) (result i32) (local $i i32)
        (loop $l
          (call $note (local.get $i))
          (local.set $i (i32.add (local.get $i) (call $back (i32.const 2))))
          (br_if $l (i32.lt_s (local.get $i) (local.get $n))))
        (i32.add (local.get $i) (global.get $g))))`,
    calls: [...numbers('f', 1, 5, 20), ['called', 4]],
  },
  {
    name: 'tail calls: a long loop of them, indirect ones, across frames of different size',
    wat: `(module
      (type $t (func (param i64 i64) (result i64)))
      (table 2 funcref) (elem (i32.const 0) $down $wide)
      (func $down (type $t)
        (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
        (return_call $wide (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (local.get 0))))
      (func $wide (type $t) (local i64 i64 i64 i64 i64 i64 i64 i64)
        (local.set 2 (i64.mul (local.get 1) (i64.const 3)))
        (return_call_indirect (type $t) (local.get 0) (i64.xor (local.get 1) (local.get 2)) (i32.const 0)))
      (func (export "f") (param i64) (result i64) (return_call $down (local.get 0) (i64.const 0)))
      (func (export "missing") (result i64) (return_call_indirect (type $t) (i64.const 0) (i64.const 0) (i32.const 7))))`,
    calls: [['f', 0n], ['f', 10n], ['f', 50_000n], ['missing']],
  },
  {
    name: 'tail calls through a table take no stack, however many',
    wat: `(module (type $t (func (param i32) (result i32))) (table 2 funcref) (elem (i32.const 0) $even $odd)
      (func $even (export "even") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 44))
          (else (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
      (func $odd (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 99))
          (else (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))))`,
    calls: numbers('even', 0, 1, 3_000_001),
  },
  {
    name: 'multi-value: blocks, functions, a br_if that keeps its values',
    wat: `(module
      (func $divmod (param i32 i32) (result i32 i32)
        (i32.div_u (local.get 0) (local.get 1)) (i32.rem_u (local.get 0) (local.get 1)))
      (func (export "f") (param i32 i32) (result i32)
        (block $b (result i32 i32)
          (call $divmod (local.get 0) (local.get 1))
          (br_if $b (i32.gt_u (local.get 0) (i32.const 50)))
          (drop) (drop) (i32.const 1) (i32.const 2))
        (i32.const 1000) (i32.mul) (i32.add)))`,
    calls: [
      ['f', 100, 7],
      ['f', 20, 7],
      ['f', 1, 0],
    ],
  },
  {
    name: 'a start function runs once, before anything else',
    wat: `(module (memory (export "memory") 1) (global $g (export "g") (mut i32) (i32.const 5))
      (func $init (global.set $g (i32.add (global.get $g) (i32.const 1))) (i32.store (i32.const 8) (i32.const 123)))
      (start $init) (func (export "f") (result i32) (i32.load (i32.const 8))))`,
    calls: [['f'], ['f']],
  },
]
