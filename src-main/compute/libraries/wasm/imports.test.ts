import { describe, expect, it } from 'vitest'
import { faultOf } from '../../../protocol/fault.ts'
import type { ModuleExport, ModuleImport } from '../../metering/meter.ts'
import { abiOf } from './abi/abi.ts'
import { checkImports } from './imports.ts'
import { MESHWORK_SIGNATURES } from './abi/meshwork-functions.ts'
import { WASI_SIGNATURES } from './wasi/wasi-signatures.ts'

const ALL = { ...MESHWORK_SIGNATURES, ...WASI_SIGNATURES }

function refusal(act: () => unknown): string {
  try {
    act()
    return 'taken'
  } catch (error) {
    const { kind, message } = faultOf(error, 'unit-failed')
    return kind === 'module-refused' ? message : `${kind}: ${message}`
  }
}

function imported(
  module: string,
  name: string,
  params: ModuleImport['params'] = [],
  results: ModuleImport['results'] = [],
): ModuleImport {
  return { kind: 'function', module, name, params, results }
}

describe('imports', () => {
  it('are taken when they are on the list with their types', () => {
    const good = [
      imported('meshwork', 'log', ['i32', 'i32']),
      imported('wasi_snapshot_preview1', 'clock_time_get', ['i32', 'i64', 'i32'], ['i32']),
      imported('env', 'seed', [], ['f64']),
    ]
    expect(refusal(() => checkImports(good, ALL))).toBe('taken')
  })

  it.each<[string, ModuleImport]>([
    ['module refused: import env.fetch is not on the list', imported('env', 'fetch')],
    ['module refused: import wasi_unstable.fd_read is not on the list', imported('wasi_unstable', 'fd_read')],
    ['module refused: import meshwork.toString is not on the list', imported('meshwork', 'toString')],
    ['module refused: import constructor.name is not on the list', imported('constructor', 'name')],
    ['module refused: import ??.???[2J is not on the list', imported('é\n', '\u001b\0 [2J')],
    [
      'module refused: import meshwork.log has type (i64, i32) -> () instead of (i32, i32) -> ()',
      imported('meshwork', 'log', ['i64', 'i32']),
    ],
    [
      'module refused: import meshwork.unit has type () -> (i32, i32) instead of () -> i32',
      imported('meshwork', 'unit', [], ['i32', 'i32']),
    ],
  ])('%s', (line, bad) => {
    expect(refusal(() => checkImports([bad], ALL))).toBe(line)
  })
})

describe('the ABI of a module', () => {
  const memory: ModuleExport = { kind: 'memory', name: 'memory' }
  const start: ModuleExport = { kind: 'function', name: '_start', params: [], results: [] }
  const alloc: ModuleExport = { kind: 'function', name: 'alloc', params: ['i32'], results: ['i32'] }
  const run: ModuleExport = { kind: 'function', name: 'run', params: ['i32', 'i32'], results: ['i64'] }
  const abi = (...exports: ModuleExport[]) => abiOf({ imports: [], exports })

  it('is found by its exports, meshwork-1 before WASI', () => {
    expect(abi(memory, start)).toBe('wasi-command')
    expect(abi(memory, start, run)).toBe('wasi-command')
    expect(abi(memory, alloc, run)).toBe('meshwork-1')
    expect(abi(memory, alloc, run, start)).toBe('meshwork-1')
  })

  it.each<[string, ModuleExport[]]>([
    ['it exports neither `alloc` and `run` (a meshwork-1 module) nor `_start` (a WASI command)', [memory]],
    ['a meshwork-1 module exports `alloc` (i32) -> i32', [memory, run]],
    ['a meshwork-1 module exports `run` (i32, i32) -> i64', [memory, alloc]],
    ['a WASI command exports its memory as `memory`', [start]],
    ['a meshwork-1 module exports its memory as `memory`', [{ ...start, name: 'memory' }, alloc, run]],
    ['export `_start` has type (i32) -> () instead of () -> ()', [memory, { ...start, params: ['i32'] }]],
    ['export `_start` is a global instead of a function', [memory, { kind: 'global', name: '_start' }]],
    [
      'export `_initialize` is a table instead of a function',
      [memory, alloc, run, { kind: 'table', name: '_initialize' }],
    ],
    [
      'export `run` has type (i32, i32) -> i32 instead of (i32, i32) -> i64',
      [memory, alloc, { ...run, results: ['i32'] }],
    ],
  ])('is refused: %s', (line, exports) => {
    expect(refusal(() => abi(...exports))).toBe(`module refused: ${line}`)
  })
})
