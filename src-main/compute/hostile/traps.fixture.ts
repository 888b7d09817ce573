/** Modules that stop themselves, and modules that try to go on where they must stop. */
import { fails, meshwork, passes, wasi, type HostileCase, type ModuleText } from './hostile-case.fixture.ts'

const trapped = (name: string, run: string, message: RegExp, text?: ModuleText) =>
  fails('trapped', name, meshwork(run, text), message)
const HOST = `(import "meshwork" "log" (func $log (param i32 i32)))
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))`
const FUEL = /^used all [\d,]+ units of fuel$/
const endless = '(loop $again (br $again))'

/** Each way of WebAssembly to stop. */
export const TRAPS: readonly HostileCase[] = [
  trapped('unreachable', '(unreachable)', /unreachable/),
  trapped('a division by zero', '(drop (i32.div_s (i32.const 1) (i32.const 0)))', /divi.*zero/),
  trapped('a remainder by zero', '(drop (i64.rem_u (i64.const 1) (i64.const 0)))', /zero/),
  trapped(
    'the quotient that does not fit',
    '(drop (i32.div_s (i32.const -2147483648) (i32.const -1)))',
    /overflow|represent/,
  ),
  trapped('NaN as an integer', '(drop (i32.trunc_f64_s (f64.const nan)))', /float|integer/),
  trapped('a number too large for an integer', '(drop (i64.trunc_f32_u (f32.const 1e30)))', /float|integer/),
  trapped('a read outside memory', '(drop (i32.load (i32.const 65533)))', /memory.*outside|out of bounds/),
  trapped(
    'a read with an offset that wraps',
    '(drop (i32.load offset=4294967295 (i32.const -1)))',
    /memory.*outside|out of bounds/,
  ),
  trapped(
    'a write outside memory',
    '(i64.store (i32.const -1) (i64.const 1))',
    /memory.*outside|out of bounds/,
  ),
  trapped(
    'a vector outside memory',
    '(v128.store (i32.const 65530) (v128.const i64x2 1 2))',
    /memory.*outside|out of bounds/,
  ),
  trapped(
    'a fill outside memory',
    '(memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))',
    /memory.*outside|out of bounds/,
  ),
  trapped(
    'a copy outside memory',
    '(memory.copy (i32.const 0) (i32.const 65535) (i32.const 2))',
    /memory.*outside|out of bounds/,
  ),
  trapped(
    'data that were dropped',
    '(data.drop $d) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))',
    /./,
    {
      fields: '(data $d "d")',
    },
  ),
  trapped('an index outside the table', '(call_indirect (i32.const 5))', /table|index/, {
    fields: '(table 1 funcref)',
  }),
  trapped('a function that is not there', '(call_indirect (i32.const 0))', /of nothing/, {
    fields: '(table 1 funcref)',
  }),
  trapped('a function of another type', '(call_indirect (i32.const 0))', /another type/, {
    fields: '(table 1 funcref) (elem (i32.const 0) $f) (func $f (param i32))',
  }),
  trapped('a read outside the table', '(drop (table.get 0 (i32.const 9)))', /table/, {
    fields: '(table 1 funcref)',
  }),
  trapped('elements that were dropped', '(table.init 0 $e (i32.const 0) (i32.const 0) (i32.const 1))', /./, {
    fields: '(table 1 funcref) (elem $e declare func $f) (func $f)',
  }),
  trapped('an uncaught exception', '(throw $e)', /exception/, { fields: '(tag $e)' }),
  trapped('an uncaught exception with values', '(throw $e (i32.const 1) (i64.const 2))', /exception/, {
    fields: '(tag $e (param i32 i64))',
  }),
  trapped('a throw of nothing', '(throw_ref (ref.null exn))', /null|exception/),
  trapped(
    'a stop of AssemblyScript',
    '(call $abort (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 2))',
    /./,
    { imports: HOST },
  ),
  trapped(
    'a stop of AssemblyScript that points nowhere',
    '(call $abort (i32.const -4) (i32.const -1) (i32.const -1) (i32.const -1))',
    /./,
    { imports: HOST },
  ),
  trapped(
    'a stop of AssemblyScript that moves the cursor',
    '(call $abort (i32.const 36) (i32.const 36) (i32.const 1) (i32.const 2))',
    /gone/,
    {
      imports: HOST,
      fields: '(data (i32.const 32) "\\10\\00\\00\\00\\1b\\00[\\002\\00J\\00g\\00o\\00n\\00e\\00")',
    },
  ),
  fails('trapped', 'a trap in alloc', meshwork('', { alloc: '(unreachable)' }), /unreachable/, {
    input: new Uint8Array(1),
  }),
  trapped('a trap in the start function', '', /unreachable/, {
    fields: '(func $s (unreachable)) (start $s)',
  }),
  fails('trapped', 'a command that stops itself', wasi('(unreachable)'), /unreachable/),
  fails('trapped', 'a command that throws', wasi('(throw $e)', { fields: '(tag $e)' }), /exception/),
]

const caughtOld = (body: string) => `(try (do ${body}) (catch_all))`
const caught = (body: string) => `(block $h (try_table (catch_all $h) ${body}))`
const kept = (body: string) =>
  `(block $h (result exnref) (try_table (catch_all_ref $h) ${body}) (ref.null exn)) (drop)`

/** Traps that each way of catching is tried on, and how they end all the same. */
const TRIED: readonly (readonly [string, HostileCase['ends'], string, ModuleText])[] = [
  ['a trap', { kind: 'trapped', message: /unreachable/ }, '(unreachable)', {}],
  [
    'a division by zero',
    { kind: 'trapped', message: /zero/ },
    '(drop (i32.div_u (i32.const 1) (i32.const 0)))',
    {},
  ],
  ['the end of fuel', { kind: 'fuel-exhausted', message: FUEL }, endless, {}],
  [
    'the end of the stack',
    { kind: 'stack-exhausted', message: /too deep/ },
    '(call $f)',
    { fields: '(func $f (call $f))' },
  ],
  [
    'the host’s stop',
    { kind: 'trapped', message: /./ },
    '(call $abort (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 2))',
    { imports: HOST },
  ],
  [
    'a pointer that the host refuses',
    { kind: 'trapped', message: /./ },
    '(call $log (i32.const -1) (i32.const 9))',
    { imports: HOST },
  ],
]

/** `catch_all` catches no end that we set: with each encoding, and whatever follows. */
export const CATCHERS: readonly HostileCase[] = [
  ...TRIED.flatMap(([what, ends, run, text]) =>
    [
      ['a catch_all', caughtOld(run)],
      ['a try_table', caught(run)],
      ['a catch_all_ref', kept(run)],
      ['a catch_all in a loop', `(loop $more ${caughtOld(run)} (br $more))`],
    ].map(([how, code]) => ({ name: `${what}, in ${how ?? ''}`, module: meshwork(code ?? '', text), ends })),
  ),
  fails(
    'exit-code',
    'the end of a command, in a catch_all',
    wasi(`${caughtOld('(call $proc_exit (i32.const 3))')} (call $proc_exit (i32.const 0))`),
    /code 3/,
  ),
  fails(
    'exit-code',
    'the end of a command, in a try_table',
    wasi(`${caught('(call $proc_exit (i32.const 3))')} ${endless}`),
    /code 3/,
  ),
  passes(
    'the good end of a command, in a catch_all',
    wasi(`${caughtOld('(call $proc_exit (i32.const 0))')} (unreachable)`),
  ),
  fails(
    'oversized',
    'an output over its limit, in a catch_all',
    wasi(
      `(loop $more ${caughtOld('(drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))')} (br $more))`,
      {
        memory: '17',
        fields: '(data (i32.const 16) "\\00\\00\\01\\00\\00\\00\\01\\00")',
      },
    ),
    /limit/,
  ),
]
