import { expect, test } from 'vitest'
import { compareRuns, type Computed, type NamedRun } from './computed.ts'

const VECTOR: Computed = { name: 'vector', fuel: 100, digest: 'aa' }
const FILM: Computed = { name: 'film', digest: 'bb' }

function run(label: string, ...computed: Computed[]): NamedRun {
  return { label, output: { arch: label, node: 'v1.2.3', computed } }
}

test('[X14] what is the same on all machines is told with digest and fuel', () => {
  const runs = [run('arm64 (a)', VECTOR, FILM), run('arm64 (b)', FILM, VECTOR)]
  expect(compareRuns(run('x64', VECTOR, FILM), runs)).toEqual([
    { kind: 'same', ...VECTOR },
    { kind: 'same', ...FILM },
  ])
})

test.each<[string, NamedRun[], string]>([
  [
    'another digest',
    [run('arm64', { ...VECTOR, digest: 'ab' })],
    'aa for 100 fuel on x64, ab for 100 fuel on arm64',
  ],
  [
    'other fuel',
    [run('arm64', { ...VECTOR, fuel: 101 })],
    'aa for 100 fuel on x64, aa for 101 fuel on arm64',
  ],
  ['no fuel', [run('arm64', { name: 'vector', digest: 'aa' })], 'aa for 100 fuel on x64, aa on arm64'],
  ['nothing', [run('arm64')], 'aa for 100 fuel on x64, nothing on arm64'],
  ['the name twice', [run('arm64', VECTOR, VECTOR)], 'aa for 100 fuel on x64, 2 of the same name on arm64'],
  [
    'a difference in the last run alone',
    [run('arm64 (a)', VECTOR), run('arm64 (b)', { ...VECTOR, fuel: 99 })],
    'aa for 100 fuel on x64, aa for 100 fuel on arm64 (a), aa for 99 fuel on arm64 (b)',
  ],
])('[X14] %s is a difference, and named', (_, others, message) => {
  expect(compareRuns(run('x64', VECTOR), others)).toEqual([{ kind: 'different', name: 'vector', message }])
})

test('[X14] what the first run lacks, and what it has twice, is a difference', () => {
  expect(compareRuns(run('x64'), [run('arm64', FILM)])).toEqual([
    { kind: 'different', name: 'film', message: 'nothing on x64, bb on arm64' },
  ])
  expect(compareRuns(run('x64', FILM, FILM), [run('arm64', FILM, FILM)])).toMatchObject([
    { kind: 'different', name: 'film' },
  ])
})
