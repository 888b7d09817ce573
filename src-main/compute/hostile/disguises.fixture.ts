/** Modules that pretend: exports with the meter's names, and imports that are on no list. */
import { fails, meshwork, passes, wasi, wat, type HostileCase } from './hostile-case.fixture.ts'

const refused = (name: string, module: Uint8Array, message: RegExp) =>
  fails('module-refused', name, module, message)
const reserved = (name: string, fields: string) =>
  refused(`an export ${name}`, meshwork('', { fields }), new RegExp(`^module refused: .*${name}`))
const imported = (name: string, imports: string, message: RegExp) =>
  refused(name, meshwork('', { imports }), message)

/** Exports that are the meter's own. */
export const FORGED_EXPORTS: readonly HostileCase[] = [
  reserved('meshwork:fuel', '(global (export "meshwork:fuel") (mut i64) (i64.const -1))'),
  reserved('meshwork:depth', '(global (export "meshwork:depth") (mut i32) (i32.const 0))'),
  reserved('meshwork:start', '(func (export "meshwork:start"))'),
  refused('a name twice', meshwork('', { fields: '(func (export "alloc"))' }), /./),
  passes(
    'names that look alike',
    meshwork('', {
      fields: '(func (export "meshwork:fue1")) (func (export "__proto__")) (func (export "constructor"))',
    }),
  ),
  // A counter that would be the meter's, were the module not validated before it is rewritten.
  refused('a global that does not exist', meshwork('(global.set 0 (i64.const 1000000))'), /./),
  refused('a function that does not exist', meshwork('(call 3)'), /./),
  refused(
    'a type that does not exist',
    meshwork('(drop (call_indirect (type 99) (i32.const 0)))', { fields: '(table 1 funcref)' }),
    /./,
  ),
  refused('a local that does not exist', meshwork('(drop (local.get 7))'), /./),
]

/** Imports that are on no list, or otherwise than the list has them. */
export const UNLISTED_IMPORTS: readonly HostileCase[] = [
  imported(
    'a function of an unknown module',
    '(import "env" "system" (func (param i32)))',
    /^module refused: .*env.*system/,
  ),
  imported('an unknown function of ours', '(import "meshwork" "open" (func (param i32)))', /meshwork.*open/),
  imported(
    'a function with other parameters',
    '(import "meshwork" "log" (func (param i64)))',
    /meshwork.*log/,
  ),
  imported(
    'a function with other results',
    '(import "meshwork" "unit" (func (result i64)))',
    /meshwork.*unit/,
  ),
  imported('a memory besides its own', '(import "env" "memory" (memory 1))', /memor/),
  imported('a shared memory', '(import "env" "memory" (memory 1 1 shared))', /shared memory/),
  imported(
    'a table under two names that are one',
    '(import "env" "table" (table 1 funcref)) (import "env" "table" (table 1 funcref))',
    /env\.table twice/,
  ),
  imported('a tag', '(import "env" "tag" (tag))', /tag/),
  imported(
    'V8’s own strings',
    '(import "wasm:js-string" "length" (func (param externref) (result i32)))',
    /js-string/,
  ),
  imported('a function by an empty name', '(import "" "" (func))', /./),
  imported('a function of every object', '(import "meshwork" "__proto__" (func))', /__proto__/),
  imported('a constructor', '(import "meshwork" "constructor" (func (param i32)))', /constructor/),
  imported('a module of every object', '(import "__proto__" "toString" (func))', /__proto__/),
  imported(
    'a name that moves the cursor',
    '(import "a\\0ab\\1b[2J" "c\\0d\\e2\\80\\ae" (func))',
    /is not on the list$/,
  ),
  imported(
    'an older WASI',
    '(import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))',
    /wasi_unstable/,
  ),
  refused(
    'an unknown function of WASI',
    wasi('', { imports: '(import "wasi_snapshot_preview1" "proc_spawn" (func (param i32) (result i32)))' }),
    /proc_spawn/,
  ),
  refused(
    'a function of WASI with other parameters',
    wat(
      '(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))) (memory (export "memory") 1) (func (export "_start")))',
    ),
    /fd_close/,
  ),
  passes(
    'an import that is there ten times',
    meshwork('', { imports: '(import "meshwork" "unit" (func (result i32))) '.repeat(10) }),
  ),
]

/** Modules without what an ABI asks for. */
export const MISSING_EXPORTS: readonly HostileCase[] = [
  refused('nothing at all', wat('(module)'), /_start|memory/),
  refused(
    'no memory',
    wat(
      '(module (func (export "alloc") (param i32) (result i32) (i32.const 0)) (func (export "run") (param i32 i32) (result i64) (i64.const 0)))',
    ),
    /memory/,
  ),
  refused(
    'no run',
    wat(
      '(module (memory (export "memory") 1) (func (export "alloc") (param i32) (result i32) (i32.const 0)))',
    ),
    /run/,
  ),
  refused(
    'no alloc',
    wat(
      '(module (memory (export "memory") 1) (func (export "run") (param i32 i32) (result i64) (i64.const 0)))',
    ),
    /alloc/,
  ),
  refused(
    'an alloc of other parameters',
    wat(
      '(module (memory (export "memory") 1) (func (export "alloc") (result i32) (i32.const 0)) (func (export "run") (param i32 i32) (result i64) (i64.const 0)))',
    ),
    /alloc/,
  ),
  refused(
    'a run that is a global',
    wat(
      '(module (memory (export "memory") 1) (func (export "alloc") (param i32) (result i32) (i32.const 0)) (global (export "run") i64 (i64.const 0)))',
    ),
    /run/,
  ),
  refused(
    'a memory that is a function',
    wat(
      '(module (func (export "memory")) (func (export "alloc") (param i32) (result i32) (i32.const 0)) (func (export "run") (param i32 i32) (result i64) (i64.const 0)))',
    ),
    /memory/,
  ),
  refused(
    'a start that returns',
    wat('(module (memory (export "memory") 1) (func (export "_start") (result i32) (i32.const 0)))'),
    /_start/,
  ),
  refused('a command without memory', wat('(module (func (export "_start")))'), /memory/),
  refused(
    'a start that is the host’s own function',
    wat(
      '(module (import "wasi_snapshot_preview1" "proc_exit" (func $e (param i32))) (memory (export "memory") 1) (export "_start" (func $e)))',
    ),
    /_start/,
  ),
]
