import { z } from 'zod'

/** UI.md: below this nothing fits. */
export const WINDOW_SIZE_MIN = { width: 880, height: 600 } as const
/** The window's size at a first start. */
const WINDOW_SIZE = { width: 1280, height: 800 } as const
/** So much of the title bar must lie on a screen for the window to be grasped. */
const GRASP = { width: 120, height: 32 } as const

/** A rectangle on the desktop, in device-independent pixels. */
export const Rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) })
export type Rectangle = z.infer<typeof Rectangle>

/** How the window was left. */
export const WindowState = z.object({ bounds: Rectangle, isMaximized: z.boolean() })
export type WindowState = z.infer<typeof WindowState>

/** Where a window opens; without a place the system centres it. */
export interface WindowPlace {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
  readonly isMaximized: boolean
}

/**
 * Where to open the window: as it was left, unless the screen is gone that it was on, or has become too small.
 *
 * @param workAreas of the screens that there are now
 */
export function placeWindow(left: WindowState | undefined, workAreas: readonly Rectangle[]): WindowPlace {
  if (left === undefined) return { ...WINDOW_SIZE, isMaximized: false }
  const { bounds, isMaximized } = left
  const width = Math.max(WINDOW_SIZE_MIN.width, bounds.width)
  const height = Math.max(WINDOW_SIZE_MIN.height, bounds.height)
  const screen = workAreas.find((area) => canBeGrasped({ ...bounds, width }, area))
  if (screen === undefined) {
    const widest = Math.max(...workAreas.map((area) => area.width), WINDOW_SIZE_MIN.width)
    const highest = Math.max(...workAreas.map((area) => area.height), WINDOW_SIZE_MIN.height)
    return { width: Math.min(width, widest), height: Math.min(height, highest), isMaximized }
  }
  return {
    x: bounds.x,
    y: bounds.y,
    width: Math.min(width, Math.max(screen.width, WINDOW_SIZE_MIN.width)),
    height: Math.min(height, Math.max(screen.height, WINDOW_SIZE_MIN.height)),
    isMaximized,
  }
}

/** Whether enough of the window's title bar lies inside an area. */
function canBeGrasped({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  const isBarInside = y >= area.y && y + GRASP.height <= area.y + area.height
  return across >= GRASP.width && isBarInside
}
