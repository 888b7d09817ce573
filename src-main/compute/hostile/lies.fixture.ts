/** Modules that lie to the host about where things are and how long. */
import {
  fails,
  meshwork,
  meshworkResult,
  passes,
  type HostileCase,
  type ModuleText,
} from './hostile-case.fixture.ts'

const INPUT = new TextEncoder().encode('input')
const HOST = `(import "meshwork" "log" (func $log (param i32 i32)))
  (import "meshwork" "progress" (func $progress (param f32)))
  (import "meshwork" "unit" (func $unit (result i32)))`
const OUTSIDE = /outside|memory/

const result = (name: string, run: string) => fails('trapped', name, meshworkResult(run), OUTSIDE)
const allocated = (name: string, alloc: string, memory?: string) =>
  fails('trapped', name, meshwork('', { alloc, ...(memory === undefined ? {} : { memory }) }), /alloc/, {
    input: INPUT,
  })
const text: ModuleText = { imports: HOST }

/** Lies of ABI meshwork-1. */
export const LIES: readonly HostileCase[] = [
  result('an output that ends behind memory', '(i64.const 0x0000ffff00000002)'),
  result('an output that begins behind memory', '(i64.const 0x0001000000000001)'),
  result('an output of 4 GiB', '(i64.const 0x00000000ffffffff)'),
  result('an output whose end wraps around', '(i64.const 0xffffffff00000002)'),
  result('an output of all ones', '(i64.const -1)'),
  passes(
    'an output of no bytes at the end of memory',
    meshworkResult('(i64.const 0x0001000000000000)'),
    new Uint8Array(0),
  ),
  passes(
    'an output that is the input',
    meshworkResult(
      '(i64.or (i64.shl (i64.extend_i32_u (local.get $pointer)) (i64.const 32)) (i64.extend_i32_u (local.get $length)))',
    ),
    INPUT,
    { input: INPUT },
  ),
  passes(
    'an output in memory that was not there before',
    meshworkResult(
      '(i64.or (i64.const 3) (i64.shl (i64.extend_i32_u (i32.mul (memory.grow (i32.const 1)) (i32.const 65536))) (i64.const 32)))',
    ),
    new Uint8Array(3),
  ),
  allocated('an alloc that finds nothing', '(i32.const 0)'),
  allocated('an alloc at the end of memory', '(i32.const 65534)'),
  allocated('an alloc behind memory', '(i32.const 1000000)'),
  allocated('an alloc of minus one', '(i32.const -1)'),
  allocated('an alloc in no memory', '(i32.const 1)', '0'),
  passes(
    'an alloc that grows memory',
    meshwork('', {
      alloc: '(i32.mul (memory.grow (i32.const 2)) (i32.const 65536))',
    }),
    new Uint8Array(0),
    { input: INPUT },
  ),
  passes(
    'an alloc that overwrites its own data',
    meshworkResult('(i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.const 5))', {
      fields: '(data (i32.const 1024) "other data")',
    }),
    INPUT,
    { input: INPUT },
  ),
  passes('an input of nothing', meshworkResult('(i64.extend_i32_u (local.get $length))'), new Uint8Array(0)),
  fails(
    'trapped',
    'a log behind memory',
    meshwork('(call $log (i32.const 65536) (i32.const 1))', text),
    OUTSIDE,
  ),
  fails(
    'trapped',
    'a log whose end wraps around',
    meshwork('(call $log (i32.const -1) (i32.const 2))', text),
    OUTSIDE,
  ),
  fails('trapped', 'a log of 4 GiB', meshwork('(call $log (i32.const 0) (i32.const -1))', text), OUTSIDE),
  passes(
    'progress that is no number',
    meshwork(
      `(call $progress (f32.const nan)) (call $progress (f32.const -inf)) (call $progress (f32.const inf))
     (call $progress (f32.const -7)) (call $progress (f32.const 1e38))`,
      text,
    ),
  ),
  passes(
    'a host function called in the start function',
    meshwork('', {
      imports: HOST,
      fields:
        '(func $s (call $log (i32.const 0) (i32.const 5)) (call $progress (f32.const 1)) (drop (call $unit))) (start $s)',
    }),
  ),
  passes(
    'a host function through a table',
    meshwork('(drop (call_indirect (result i32) (i32.const 0)))', {
      imports: HOST,
      fields: '(table 1 funcref) (elem (i32.const 0) $unit)',
    }),
  ),
  passes(
    'a host function called last',
    meshwork('(drop (call $f))', {
      imports: HOST,
      fields: '(func $f (result i32) (return_call $unit))',
    }),
  ),
  passes(
    'a memory that grows between two calls of the host',
    meshwork(
      `(call $log (i32.const 0) (i32.const 9)) (drop (memory.grow (i32.const 9)))
     (call $log (i32.const 600000) (i32.const 9))`,
      text,
    ),
  ),
]
