import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { lateText, placementGiven, withPlacementOptions, type PlacementOptions } from './placement-options.ts'

const CID = `bafkrei${'a'.repeat(52)}`
const MINUTE_MS = 60_000

/** Options as a command reads them of arguments. @throws an error of commander for one that it does not take */
function given(...args: string[]) {
  const command = withPlacementOptions(new Command(), 'data').exitOverride()
  command.configureOutput({ writeErr: () => undefined })
  return placementGiven(command.parse(args, { from: 'user' }).opts<PlacementOptions>())
}

describe('options on where and until when a job is computed', () => {
  it('are what was given, and nothing else', () => {
    expect(given()).toEqual({})
    expect(given('--dataset', CID, '--disk', '2.5', '--vram', '8')).toEqual({
      dataset: CID,
      needs: { disk_gb: 2.5, gpu_vram_gb: 8 },
    })
    expect(given('--network', '100')).toEqual({ needs: { network_mbps: 100 } })
    const before = Date.now()
    const { deadline_ms = 0 } = given('--deadline', '+2h')
    expect(deadline_ms - before).toBeGreaterThanOrEqual(120 * MINUTE_MS)
  })

  it.each([
    ['--dataset', 'my-data'],
    ['--disk', '-1'],
    ['--vram', 'much'],
    ['--network', ''],
    ['--deadline', 'yesterday'],
    ['--deadline', '2020-01-01'],
  ])('refuse %s %s', (option, value) => {
    expect(() => given(option, value)).toThrow()
  })
})

it('a deadline that will be missed is told roughly, with what can be done', () => {
  expect(lateText({ expected_end_ms: 38 * MINUTE_MS }, 0)).toBe(
    'will be about 40 min late: ask more people or lower the quality',
  )
  expect(lateText({}, 0)).toBe('missed, and nobody could do it now')
})
