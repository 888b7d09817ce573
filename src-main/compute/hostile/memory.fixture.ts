/** Memory and tables: more than the limit cannot be had, and what is within it is harmless. */
import { fails, meshwork, passes, wasi, wat, type HostileCase } from './hostile-case.fixture.ts'

const refused = (name: string, module: Uint8Array, message: RegExp) =>
  fails('module-refused', name, module, message)
const FUEL = /^used all [\d,]+ units of fuel$/
const TRAP = /./
const GROW_TO_THE_LIMIT = `(loop $again
  (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))`
const TOUCH_ALL = `(loop $again
  (i32.store (local.get $i) (i32.const -1))
  (local.set $i (i32.add (local.get $i) (i32.const 4096)))
  (br_if $again (i32.lt_u (local.get $i) (i32.mul (memory.size) (i32.const 65536)))))`
/** A memory grown to 4 GiB would wrap the counter above. */
const GROW_TABLE = `(loop $again
  (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))`

/** Bombs of memory and of tables; the limits are 256 pages and 10,000 elements. */
export const MEMORY_BOMBS: readonly HostileCase[] = [
  refused(
    'a memory that begins above the limit',
    meshwork('', { memory: '60000' }),
    /^module refused: memory minimum 60000 pages is over the limit 256/,
  ),
  refused('a memory of 4 GiB', meshwork('', { memory: '65536' }), /memory minimum 65536 pages/),
  refused('a memory of more than 4 GiB', meshwork('', { memory: '65537' }), /memory/),
  refused('a memory with less at most than at least', meshwork('', { memory: '3 2' }), /memory/),
  refused('a memory of 64-bit addresses', meshwork('', { memory: 'i64 1' }), /64-bit memory/),
  refused('a shared memory', meshwork('', { memory: '1 2 shared' }), /shared|thread/i),
  refused('two memories', meshwork('', { fields: '(memory 1)' }), /memor/),
  passes('a memory that is declared up to 4 GiB', meshwork('', { memory: '1 65536' })),
  passes('growing to the limit', meshwork(GROW_TO_THE_LIMIT)),
  passes('growing to the limit, and writing to every page', meshwork(GROW_TO_THE_LIMIT + TOUCH_ALL)),
  passes('256 pages from the first moment, all written to', meshwork(TOUCH_ALL, { memory: '256' })),
  passes(
    'growing in one step, beyond the limit and to it',
    meshwork(`
      (if (i32.ne (memory.grow (i32.const 256)) (i32.const -1)) (then (unreachable)))
      (if (i32.ne (memory.grow (i32.const -1)) (i32.const -1)) (then (unreachable)))
      (if (i32.ne (memory.grow (i32.const 255)) (i32.const 1)) (then (unreachable)))
      (if (i32.ne (memory.size) (i32.const 256)) (then (unreachable)))`),
  ),
  fails(
    'fuel-exhausted',
    'a memory that grows for ever',
    meshwork('(loop $again (drop (memory.grow (i32.const 1))) (br $again))'),
    FUEL,
  ),
  fails(
    'trapped',
    'a write behind the memory that it has grown to',
    meshwork(`${GROW_TO_THE_LIMIT} (i32.store (i32.const 16777216) (i32.const 1))`),
    TRAP,
  ),
  fails(
    'trapped',
    'data that lie outside the memory',
    meshwork('', { fields: '(data (i32.const 65535) "ab")' }),
    TRAP,
  ),
  passes(
    'exceptions of 500 values, kept in a table',
    meshwork(
      `(loop $again
        (table.set $t (local.get $i)
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (throw $e ${'(i64.const 1) '.repeat(500)})) (unreachable)))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10000))))`,
      { fields: `(table $t 10000 exnref) (tag $e (param ${'i64 '.repeat(500)}))` },
    ),
  ),
  passes('a command that grows to the limit', wasi(GROW_TO_THE_LIMIT + TOUCH_ALL)),
]

/** Bombs of tables. */
export const TABLE_BOMBS: readonly HostileCase[] = [
  refused(
    'a table that begins above the limit',
    meshwork('', { fields: '(table 10001 funcref)' }),
    /^module refused: .*table.*10001.*over the limit 10000/,
  ),
  refused('a table of 2³² elements', meshwork('', { fields: '(table 4294967295 funcref)' }), /table/),
  refused(
    'tables that are above the limit together',
    meshwork('', { fields: '(table 5001 funcref) (table 5000 externref)' }),
    /table/,
  ),
  refused('a table of 64-bit indices', meshwork('', { fields: '(table i64 1 funcref)' }), /64/),
  refused('a thousand tables', meshwork('', { fields: '(table 0 funcref) '.repeat(1_000) }), /table/),
  passes('a table that is declared up to 2³²', meshwork('', { fields: '(table 1 4294967295 funcref)' })),
  passes('a table that grows to its limit', meshwork(GROW_TABLE, { fields: '(table $t 0 funcref)' })),
  fails(
    'trapped',
    'a table that grows to its limit, and is read behind it',
    meshwork(`${GROW_TABLE} (call_indirect (i32.const 10000))`, { fields: '(table $t 0 funcref)' }),
    TRAP,
  ),
  fails(
    'fuel-exhausted',
    'a table that grows for ever',
    meshwork('(loop $again (drop (table.grow $t (ref.null func) (i32.const 1))) (br $again))', {
      fields: '(table $t 0 funcref)',
    }),
    FUEL,
  ),
  passes(
    'two tables that grow to the limit',
    meshwork(
      `${GROW_TABLE} (loop $again
        (br_if $again (i32.ne (table.grow $u (ref.null extern) (i32.const 1000)) (i32.const -1))))`,
      { fields: '(table $t 0 funcref) (table $u 0 externref)' },
    ),
  ),
  fails(
    'trapped',
    'elements that lie outside the table',
    meshwork('', { fields: '(table 1 funcref) (func $f) (elem (i32.const 1) $f)' }),
    TRAP,
  ),
  refused(
    'a table that it imports, larger than one may be',
    wat(
      '(module (import "env" "table" (table 100000000 funcref)) (func (export "_start")) (memory (export "memory") 1))',
    ),
    /table/,
  ),
  passes(
    'a table, globals and a name of the host’s objects, which are its own when it imports them',
    wat(`(module (import "env" "table" (table 1 funcref)) (import "__proto__" "constructor" (global (mut i64)))
      (import "WebAssembly" "Memory" (global externref))
      (func (export "_start") (if (i32.or (i64.ne (global.get 0) (i64.const 0)) (i32.eqz (ref.is_null (global.get 1))))
        (then (unreachable)))) (memory (export "memory") 1))`),
  ),
]
