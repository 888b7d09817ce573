/** The text of tray, in English. */
export const tray = {}
