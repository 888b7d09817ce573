import type { tray as english } from '../en/tray.ts'

/** The text of tray, in German. */
export const tray: typeof english = {}
