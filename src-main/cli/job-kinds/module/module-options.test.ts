import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { usePlainIssues } from '../../../protocol/plain-issues.ts'
import { FaultError } from '../../../protocol/fault.ts'
import { paramsGiven, splitOption } from './module-options.ts'

usePlainIssues()

describe('options of a module', () => {
  it('become its parameters, with the defaults of those that were not given', () => {
    const env = ['A=1', 'B=x=y', 'C=']
    const params = paramsGiven({ fuel: 5e9, memoryMb: 256, timeout: 30_000, arg: ['-v', ''], env, seed: 7 })
    expect(params).toEqual({
      args: ['-v', ''],
      env: { A: '1', B: 'x=y', C: '' },
      seed: 7,
      limits: {
        fuel: 5e9,
        memory_pages: 4_096,
        table_elements: 100_000,
        input_bytes: 4 * 2 ** 30,
        output_bytes: 256 << 20,
        log_bytes: 64 << 10,
        wall_ms: 30_000,
      },
    })
  })

  it.each([
    ['a variable without a value', { env: ['A'] }, '--env A: NAME=VALUE, please'],
    ['a variable without a name', { env: ['=1'] }, '--env =1: NAME=VALUE, please'],
    ['a NUL character', { arg: ['a\0b'] }, '--arg number 1: holds a NUL character'],
    [
      'too many arguments',
      { arg: Array.from({ length: 65 }, () => 'x') },
      '--arg: must have at most 64 entries',
    ],
  ])('that hold %s are refused in one line', (_, options, message) => {
    expect(() => paramsGiven(options)).toThrow(FaultError)
    expect(() => paramsGiven(options)).toThrow(message)
  })

  it('say how a file is split', () => {
    expect(splitOption('lines:10000')).toEqual({ kind: 'lines', lines: 10_000 })
    expect(splitOption('bytes:64M')).toEqual({ kind: 'bytes', bytes: 64 << 20 })
    for (const text of ['', 'lines', 'lines:', 'lines:0', 'words:3', 'bytes:-1', 'lines:1:2']) {
      expect(() => splitOption(text)).toThrow(InvalidArgumentError)
    }
  })
})
