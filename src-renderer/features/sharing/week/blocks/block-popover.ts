import type { PopoverProps } from '@mantine/core'

/** How a block's details hang at it: wholly within the window, if need be over the block itself. */
export const BLOCK_POPOVER = {
  width: 412,
  trapFocus: true,
  preventPositionChangeWhenVisible: false,
  middlewares: { flip: true, shift: { crossAxis: true, padding: 8 } },
} as const satisfies PopoverProps
