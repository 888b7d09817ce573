/** Readings of a machine at a moment; one that is absent cannot be read here. */
export interface MachineSample {
  /** Seconds since the last input by mouse or keyboard. */
  readonly idle_s?: number
  /** A program fills the screen: a game, a film, a talk. */
  readonly full_screen?: boolean
  /** Percent of all cores that are busy, and how much of it is Meshwork's own, hosts included. */
  readonly cpu_percent_total?: number
  readonly cpu_percent_own?: number
  readonly on_battery?: boolean
  /** Charge of the battery. */
  readonly battery_percent?: number
  /** The network costs money by the byte. */
  readonly metered?: boolean
  /** The hottest that the processor's own sensors show, in degrees Celsius. */
  readonly celsius?: number
}
