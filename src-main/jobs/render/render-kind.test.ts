import { decode } from 'fast-png'
import { expect } from 'vitest'
import { RenderRequest } from '../../../src-preload/contract/job-kinds/render.ts'
import { defaultSceneGlb } from '../../compute/libraries/render/samples/knot-room.ts'
import { describeJobKind } from '../job-kind.contract.ts'

const SIZE = { width: 48, height: 32, spp: 2, tile: 16, bounces: 2 }

describeJobKind({
  kind: 'render',
  request: async (upload) =>
    RenderRequest.parse({
      kind: 'render',
      files: [{ name: 'a.glb', cid: await upload(await defaultSceneGlb()) }],
      main: 'a.glb',
      ...SIZE,
    }),
  refused: async (upload) =>
    RenderRequest.parse({
      kind: 'render',
      files: [{ name: 'a.glb', cid: await upload(Buffer.from('no scene')) }],
      main: 'a.glb',
    }),
  refusedWith: 'bad-input',
  format: 'png',
  check: (result) => {
    expect(decode(result)).toMatchObject({ width: SIZE.width, height: SIZE.height })
  },
})
