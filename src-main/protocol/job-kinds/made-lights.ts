/** Lights of our own, each made by its name alone. */
export const MADE_LIGHTS = ['studio', 'soft-boxes', 'window-room', 'overcast'] as const
export type MadeLight = (typeof MADE_LIGHTS)[number]
