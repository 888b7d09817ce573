/** Languages that there is a catalogue of. */
export type Language = 'en' | 'de'
