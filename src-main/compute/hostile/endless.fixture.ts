/** Modules that never end by themselves: fuel ends them. */
import { fails, meshwork, wasi, type HostileCase, type ModuleText } from './hostile-case.fixture.ts'

const FUEL = /^used all [\d,]+ units of fuel$/

function endless(name: string, run: string, text?: ModuleText): HostileCase {
  return fails('fuel-exhausted', name, meshwork(run, text), FUEL)
}

function endlessCommand(name: string, start: string, text?: ModuleText): HostileCase {
  return fails('fuel-exhausted', name, wasi(start, text), FUEL)
}

const loop = (body: string) => `(loop $again ${body} (br $again))`
const TABLE = '(table $t 2 funcref) (elem (i32.const 0) $f $g)'
const HOST = `(import "meshwork" "unit" (func $unit (result i32)))
  (import "meshwork" "progress" (func $progress (param f32)))
  (import "meshwork" "log" (func $log (param i32 i32)))`

/** Loops of every kind. */
export const ENDLESS: readonly HostileCase[] = [
  endless('an empty loop', loop('')),
  endless('a loop that always holds', '(loop $again (br_if $again (i32.const 1)))'),
  endless('a loop by br_table', '(loop $again (br_table $again $again (i32.const 7)))'),
  endless('loops in a loop', loop(loop(''))),
  endless('a loop through blocks', loop('(block (block (block (br 2))))')),
  endless('a loop that counts to 2⁶⁴', loop('(local.set $l (i64.add (local.get $l) (i64.const 1)))')),
  endless('a loop of divisions', loop('(local.set $l (i64.div_u (i64.const 9) (i64.const 7)))')),
  endless('a loop of square roots', loop('(local.set $d (f64.sqrt (f64.const 7)))')),
  endless('a loop of calls of nothing', loop('(call $f)'), { fields: '(func $f)' }),
  endless('a loop of indirect calls', loop('(call_indirect (i32.const 1))'), {
    fields: `${TABLE} (func $f) (func $g)`,
  }),
  endless('a function that calls itself last', '(call $f)', {
    fields: '(func $f (return_call $f))',
  }),
  endless('two functions that call each other last', '(call $f)', {
    fields: '(func $f (return_call $g)) (func $g (return_call $f))',
  }),
  endless('two that call each other last through a table', '(call $f)', {
    fields: `${TABLE} (func $f (return_call_indirect (i32.const 1)))
      (func $g (return_call_indirect (i32.const 0)))`,
  }),
  endless('last calls with many parameters', '(call $f (i64.const 0) (i64.const 0) (i64.const 0))', {
    fields: `(func $f (param i64 i64 i64)
      (return_call $f (local.get 2) (local.get 0) (local.get 1)))`,
  }),
  endless('a loop of throw and catch', loop('(block $h (try_table (catch_all $h) (throw $e)))'), {
    fields: '(tag $e)',
  }),
  endless('a loop of throw and catch, the older way', loop('(try (do (throw $e)) (catch $e))'), {
    fields: '(tag $e)',
  }),
  endless('a loop of exceptions from a function', loop('(try (do (call $f)) (catch_all))'), {
    fields: '(tag $e) (func $f (throw $e))',
  }),
  endless('a catch that begins again', '(loop $again (try (do (throw $e)) (catch_all (br $again))))', {
    fields: '(tag $e)',
  }),
  endless('a loop of growing by nothing', loop('(drop (memory.grow (i32.const 0)))')),
  endless('a loop of growing that is refused', loop('(drop (memory.grow (i32.const 65536)))')),
  endless(
    'a loop of growing a table by nothing',
    loop('(drop (table.grow $t (ref.null func) (i32.const 0)))'),
    {
      fields: '(table $t 1 funcref)',
    },
  ),
  endless('a loop of filling memory', loop('(memory.fill (i32.const 0) (i32.const 7) (i32.const 65536))')),
  endless('a loop of copying memory', loop('(memory.copy (i32.const 0) (i32.const 1) (i32.const 65535))')),
  endless('a loop of filling nothing', loop('(memory.fill (i32.const 0) (i32.const 7) (i32.const 0))')),
  endless(
    'a loop of filling a table',
    loop('(table.fill $t (i32.const 0) (ref.null func) (i32.const 9999))'),
    {
      fields: '(table $t 9999 funcref)',
    },
  ),
  endless('a loop of copying a table', loop('(table.copy (i32.const 0) (i32.const 1) (i32.const 9998))'), {
    fields: '(table $t 9999 funcref)',
  }),
  endless(
    'a loop of initialising memory',
    loop('(memory.init $d (i32.const 0) (i32.const 0) (i32.const 4))'),
    {
      fields: '(data $d "four")',
    },
  ),
  endless('a loop of vectors', loop('(drop (i8x16.popcnt (v128.const i64x2 1 2)))')),
  fails('fuel-exhausted', 'a loop in alloc', meshwork('', { alloc: `${loop('')} (unreachable)` }), FUEL, {
    input: new Uint8Array(1),
  }),
  endless('a loop in the start function', '', { fields: `(func $s ${loop('')}) (start $s)` }),
  endless('a loop of asking the host', loop('(drop (call $unit))'), { imports: HOST }),
  endless('a loop of reporting progress', loop('(call $progress (f32.const 0.5))'), { imports: HOST }),
  endless('a loop of logging nothing', loop('(call $log (i32.const 0) (i32.const 0))'), { imports: HOST }),
  endless('a loop of logging all', loop('(call $log (i32.const 0) (i32.const 65536))'), { imports: HOST }),
  endlessCommand('a command that loops', loop('')),
  endlessCommand('a command that yields for ever', loop('(drop (call $sched_yield))')),
  endlessCommand(
    'a command that waits for a time that it never sees',
    loop('(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 0)))'),
  ),
  endlessCommand(
    'a command that wants random numbers for ever',
    loop('(drop (call $random_get (i32.const 0) (i32.const 65536)))'),
  ),
  endlessCommand(
    'a command that writes nothing for ever',
    loop('(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))'),
  ),
  endlessCommand(
    'a command that reads behind the end for ever',
    loop('(drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))'),
    { fields: '(data (i32.const 16) "\\00\\01\\00\\00\\00\\10\\00\\00")' },
  ),
  endlessCommand(
    'a command that sleeps for ever',
    loop('(drop (call $poll_oneoff (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512)))'),
  ),
  endlessCommand(
    'a command that writes over its output for ever',
    loop(`(drop (call $fd_pwrite (i32.const 1) (i32.const 16) (i32.const 1) (i64.const 0) (i32.const 8)))
      (drop (call $fd_seek (i32.const 1) (i64.const 0) (i32.const 0) (i32.const 8)))
      (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))
      (drop (call $fd_filestat_set_size (i32.const 1) (i64.const 0)))`),
    { fields: '(data (i32.const 16) "\\00\\01\\00\\00\\00\\10\\00\\00")' },
  ),
]
