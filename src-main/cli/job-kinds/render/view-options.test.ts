import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { viewGiven, withViewOptions, type ViewOptions } from './view-options.ts'

const viewOf = (args: readonly string[], hasCamera = false) => {
  const command = withViewOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  command.parse(args, { from: 'user' })
  return viewGiven(command.opts<ViewOptions>(), hasCamera)
}

describe('the view of a render', () => {
  test('is a camera’s where none is given', () => {
    expect(viewOf([])).toBeUndefined()
    expect(viewOf([], true)).toBeUndefined()
  })

  test('is from a point to another, by a usual angle or another', () => {
    const [from, to] = [
      [1, 2.5, -3],
      [0, 1, 0],
    ]
    const usual = viewOf(['--from', '1,2.5,-3', '--to', '0,1,0'])
    expect(usual).toMatchObject({ from, to })
    expect(usual?.y_fov).toBeCloseTo(0.698, 3)
    expect(viewOf(['--from', '1,2.5,-3', '--to', '0,1,0', '--angle', '90'])?.y_fov).toBeCloseTo(
      Math.PI / 2,
      9,
    )
  })

  test.each([
    [['--from', '1,2,3'], false, 'a view needs both'],
    [['--angle', '50'], false, 'a view needs both'],
    [['--from', '1,2,3', '--to', '1,2,3'], false, 'the same point'],
    [['--from', '1,2,3', '--to', '0,0,0'], true, '--camera or --from'],
    [['--from', '1,2'], false, 'three numbers'],
    [['--from', '1,2,3,4'], false, 'three numbers'],
    [['--from', '1,2,Infinity'], false, 'three numbers'],
    [['--angle', '0'], false, 'from 1 to 170'],
  ])('is none of %j', (args, hasCamera, message) => {
    expect(() => viewOf(args, hasCamera)).toThrow(message)
  })
})
