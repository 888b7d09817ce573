import type { EquivalenceCase } from './case.fixture.ts'

const each = (name: string, values: readonly (number | bigint)[]) =>
  values.map((value) => [name, value] as const)

/** Memory, tables, globals, references and segments, and what traps leave behind in them. */
export const STATE_CASES: readonly EquivalenceCase[] = [
  {
    name: 'a trap in the middle of stores leaves those before it',
    wat: `(module (memory (export "memory") 1) (global $g (export "g") (mut i64) (i64.const 1))
      (func (export "f") (param i32) (param i32)
        (i32.store (i32.const 0) (i32.const 0x11111111))
        (global.set $g (i64.add (global.get $g) (i64.const 1)))
        (i64.store (local.get 0) (i64.const 0x2222222222222222))
        (global.set $g (i64.add (global.get $g) (i64.const 1)))
        (i32.store8 (i32.const 16) (i32.div_s (i32.const -2147483648) (local.get 1)))
        (i32.store16 (i32.const 20) (i32.const 0x3333))))`,
    calls: [
      ['f', 65528, 3],
      ['f', 65529, 1],
      ['f', 65536, 1],
      ['f', -4, 1],
      ['f', 32, 0],
      ['f', 40, -1],
    ],
  },
  {
    name: 'every width of load and store, signed and not, aligned or not, at the edges',
    wat: `(module (memory (export "memory") 1) (data (i32.const 0) "\\ff\\80\\7f\\01\\fe\\dc\\ba\\98\\76\\54\\32\\10\\aa\\bb\\cc\\dd")
      (func (export "i32") (param i32) (result i32 i32 i32 i32 i32)
        (i32.load8_s (local.get 0)) (i32.load8_u (local.get 0)) (i32.load16_s (local.get 0)) (i32.load16_u (local.get 0)) (i32.load (local.get 0)))
      (func (export "i64") (param i32) (result i64 i64 i64 i64 i64 i64 i64)
        (i64.load8_s (local.get 0)) (i64.load8_u (local.get 0)) (i64.load16_s (local.get 0)) (i64.load16_u (local.get 0))
        (i64.load32_s (local.get 0)) (i64.load32_u (local.get 0)) (i64.load (local.get 0)))
      (func (export "store") (param i32) (param i64)
        (i64.store8 offset=100 (local.get 0) (local.get 1)) (i64.store16 offset=110 (local.get 0) (local.get 1))
        (i64.store32 offset=120 (local.get 0) (local.get 1)) (i64.store offset=130 align=1 (local.get 0) (local.get 1)))
      (func (export "far") (param i32) (result i32) (i32.load offset=0xfffffffc (local.get 0))))`,
    calls: [
      ...each('i32', [0, 1, 3, 8, 65532, 65533, 65535, -1]),
      ...each('i64', [0, 1, 5, 65528, 65529, -8]),
      ['store', 0, -2n],
      ['store', 7, 0x123456789abcdefn],
      ['store', 65400, -1n],
      ...each('far', [0, 4]),
    ],
  },
  {
    name: 'memory.grow: within the maximum, beyond it, by nothing; what grew is zero',
    wat: `(module (memory (export "memory") 1 4)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "size") (result i32) (memory.size))
      (func (export "touch") (param i32) (result i32) (i32.store (local.get 0) (i32.const 7)) (i32.load offset=4 (local.get 0)))
      (func (export "both") (result i32) (i32.add (i32.mul (memory.grow (i32.const 1)) (i32.const 100)) (memory.size))))`,
    calls: [
      ['grow', 0],
      ['grow', 1],
      ['size'],
      ['touch', 131_064],
      ['touch', 131_072],
      ['both'],
      ['grow', 3],
      ['grow', -1],
      ['grow', 65_536],
      ['grow', 1],
      ['grow', 1],
      ['size'],
      ['grow', 0],
    ],
  },
  {
    name: 'bulk memory: overlapping copies, lengths of zero, out of bounds without a byte written',
    wat: `(module (memory (export "memory") 1) (data $d "abcdefghij")
      (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
      (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
      (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
      (func (export "drop") (data.drop $d)))`,
    calls: [
      ['init', 10, 0, 10],
      ['init', 30, 4, 3],
      ['copy', 12, 10, 8],
      ['copy', 8, 12, 8],
      ['fill', 100, 0x1ff, 17],
      ['fill', 65536, 1, 0],
      ['fill', 65537, 1, 0],
      ['fill', 65530, 1, 7],
      ['fill', 0, 1, -1],
      ['copy', 65536, 0, 0],
      ['copy', 0, 65536, 0],
      ['copy', 0, 65530, 7],
      ['copy', 65530, 0, 7],
      ['init', 0, 8, 3],
      ['init', 0, 11, 0],
      ['drop'],
      ['init', 0, 0, 0],
      ['init', 0, 0, 1],
      ['drop'],
    ],
  },
  {
    name: 'tables: get, set, grow, fill, copy, init, drop, of functions and of the host’s values',
    wat: `(module (type $t (func (result i32)))
      (table $a (export "a") 4 8 funcref) (table $b (export "b") 3 funcref) (table $x (export "x") 2 4 externref)
      (elem (table $a) (i32.const 0) func $one $two) (elem $e func $two $one $two) (elem declare func $one)
      (func $one (type $t) (i32.const 1)) (func $two (type $t) (i32.const 2))
      (func (export "call") (param i32) (result i32) (call_indirect $a (type $t) (local.get 0)))
      (func (export "callb") (param i32) (result i32) (call_indirect $b (type $t) (local.get 0)))
      (func (export "wrong") (param i32) (call_indirect $a (local.get 0)))
      (func (export "set") (param i32) (table.set $a (local.get 0) (ref.func $one)))
      (func (export "null") (param i32) (result i32) (ref.is_null (table.get $a (local.get 0))))
      (func (export "grow") (param i32) (result i32) (table.grow $a (ref.func $two) (local.get 0)))
      (func (export "growx") (param i32) (result i32) (table.grow $x (ref.null extern) (local.get 0)))
      (func (export "sizes") (result i32 i32 i32) (table.size $a) (table.size $b) (table.size $x))
      (func (export "fill") (param i32 i32) (table.fill $b (local.get 0) (table.get $a (i32.const 0)) (local.get 1)))
      (func (export "copy") (param i32 i32 i32) (table.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
      (func (export "init") (param i32 i32 i32) (table.init $b $e (local.get 0) (local.get 1) (local.get 2)))
      (func (export "drop") (elem.drop $e)))`,
    calls: [
      ...each('call', [0, 1, 2, 4, -1]),
      ['wrong', 0],
      ['set', 2],
      ['set', 4],
      ...each('null', [2, 3, 9]),
      ['grow', 2],
      ['call', 5],
      ['grow', 3],
      ['grow', -1],
      ['growx', 2],
      ['growx', 1],
      ['growx', 0],
      ['sizes'],
      ['fill', 0, 2],
      ['fill', 2, 2],
      ['fill', 3, 0],
      ['callb', 1],
      ['init', 0, 0, 3],
      ['init', 1, 1, 3],
      ['copy', 0, 0, 3],
      ['copy', 4, 1, 3],
      ['callb', 0],
      ['drop'],
      ['init', 0, 0, 1],
      ['init', 0, 0, 0],
    ],
  },
  {
    name: 'globals of every type, constant expressions that add up, references in globals',
    wat: `(module
      (global $base i32 (i32.const 40))
      (global $i (export "i") (mut i32) (i32.add (global.get $base) (i32.mul (i32.const 2) (i32.const 3))))
      (global $l (export "l") (mut i64) (i64.sub (i64.const 5) (i64.const 9)))
      (global $f (export "f") (mut f32) (f32.const 0.5)) (global $d (export "d") (mut f64) (f64.const -0.25))
      (global $r (mut funcref) (ref.func $inc)) (memory (export "memory") 1)
      (data (offset (i32.add (global.get $base) (i32.const 2))) "x")
      (table (export "t") 60 funcref) (elem (offset (i32.add (global.get $base) (i32.const 1))) func $inc)
      (func $inc (export "inc") (result i32)
        (global.set $i (i32.add (global.get $i) (i32.const 1))) (global.set $l (i64.mul (global.get $l) (i64.const 3)))
        (global.set $f (f32.mul (global.get $f) (f32.const 1.5))) (global.set $d (f64.sub (global.get $d) (f64.const 1)))
        (ref.is_null (global.get $r)))
      (func (export "clear") (result i32) (global.set $r (ref.null func)) (call $inc)))`,
    calls: [['inc'], ['inc'], ['clear'], ['inc']],
  },
  {
    name: 'a start function that traps leaves nothing to call',
    wat: `(module (memory (export "memory") 1) (func $s (i32.store (i32.const 70000) (i32.const 1))) (start $s) (func (export "f") (result i32) (i32.const 1)))`,
    calls: [['f']],
  },
  {
    name: 'a segment that does not fit fails the instantiation',
    wat: `(module (memory (export "memory") 1) (data (i32.const 65535) "ab") (func (export "f") (result i32) (i32.const 1)))`,
    calls: [['f']],
  },
]
