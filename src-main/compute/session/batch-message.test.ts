import { describe, expect, it } from 'vitest'
import type { RunFile, RunInput, RunTask } from '../../ports/runner.ts'
import type { Cid } from '../../protocol/ids.ts'
import { batchMessage } from './batch-message.ts'
import { callOf } from '../messages/input.ts'

const GROUP = {
  kind: 'run',
  listener: { signal: new AbortController().signal, finished: () => undefined },
  remaining: 0,
  ended: () => undefined,
} as const

function input(name: string): RunFile {
  return { cid: name as Cid, path: `/blobs/${name}`, layout: { kind: 'raw', bytes: name.length } }
}

function messageOf(inputs: readonly RunTask['inputs'][]) {
  const entries = inputs.map((own, key) => ({
    key,
    group: GROUP,
    crashes: 0,
    task: {
      id: `${key}`,
      algorithmId: 'a',
      algorithmVersion: '1',
      params: {},
      inputs: own,
      unitIndex: key,
      limits: { wallMsMax: 1, memoryBytesMax: 1, outputBytesMax: 1 },
    },
  }))
  return batchMessage({
    id: 1,
    alone: false,
    isLocal: false,
    entries: new Map(entries.map((entry) => [entry.key, entry])),
  })
}

describe('the message of a batch', () => {
  it('tells inputs that all tasks have once', () => {
    const shared = { module: input('m') }
    for (const inputs of [
      [shared, shared],
      [shared, { ...shared }],
    ]) {
      const { call, tasks } = messageOf(inputs)
      expect(Object.keys(call.inputs)).toEqual(['module'])
      expect(tasks).toEqual([
        { key: 0, unitIndex: 0 },
        { key: 1, unitIndex: 1 },
      ])
    }
  })

  it('[K1] tells each task by which seal its input opens, though the blob is the same', () => {
    const key = new Uint8Array(32).fill(1)
    const sealed = (unit: number): RunFile => ({ ...input('x'), seal: { key, purpose: `part:${unit}` } })
    const { call, tasks } = messageOf([{ input: sealed(0) }, { input: sealed(1) }])
    const purposes = tasks.map((task) => callOf(call, task).inputs['input']?.seal?.purpose)
    expect(purposes).toEqual(['part:0', 'part:1'])
  })

  it('tells each task its own inputs, whatever the others have', () => {
    const module = input('m')
    const all: Record<string, RunFile>[] = [
      { module, input: input('a') },
      { module: input('m'), input: input('b') },
      { module },
      { module, extra: input('c') },
      { module, input: { ...input('a'), path: '/elsewhere' } },
    ]
    const { call, tasks } = messageOf(all)
    expect(Object.keys(call.inputs)).toEqual(['module'])
    for (const [i, inputs] of all.entries()) {
      const seen = callOf(call, tasks[i]!).inputs
      expect(Object.keys(seen).sort()).toEqual(Object.keys(inputs).sort())
      for (const [role, { cid, path }] of Object.entries(inputs))
        expect(seen[role]).toMatchObject({ cid, path })
    }
  })

  it('takes small blobs along, those that all tasks read once', () => {
    const content = new TextEncoder().encode('a part')
    const small: RunInput = { cid: 'b' as Cid, content, layout: { kind: 'raw', bytes: 6 } }
    const { call, tasks } = messageOf([
      { module: input('m'), small, input: { ...small, cid: 'c' as Cid } },
      { module: input('m'), small: { ...small }, input: { ...small, cid: 'd' as Cid } },
    ])
    expect(Object.keys(call.inputs)).toEqual(['module', 'small'])
    expect(tasks[1]?.inputs).toEqual({ input: { cid: 'd', content, bytes: 6 } })
  })
})
