/** A moment and a place on Earth. */
export interface MomentAndPlace {
  /** Milliseconds since 1970, UTC. */
  readonly atMs: number
  /** Degrees, positive to the north and to the east. */
  readonly latitude: number
  readonly longitude: number
}

/** Direction of the sun in the sky, degrees. */
export interface SunPosition {
  /** Above the horizon, by geometry: the air, which lifts a setting sun by half a degree, is not counted. */
  readonly elevation: number
  /** From north by east, 0 to 360. */
  readonly azimuth: number
}

/**
 * The sun's position for a moment and a place, to about 0.01° from 1900 to 2100.
 *
 * Source: J. Meeus, "Astronomical Algorithms" (2nd edition 1998), chapters 25 and 28, with the equation of time in the form that
 * NOAA's solar calculator uses.
 */
export function sunPosition({ atMs, latitude, longitude }: MomentAndPlace): SunPosition {
  const centuries = (atMs / 86_400_000 + 2_440_587.5 - 2_451_545) / 36_525
  const { declination, equationOfTimeMinutes } = apparentSun(centuries)
  const utcMinutes = (((atMs / 60_000) % 1_440) + 1_440) % 1_440
  const hourAngle = radians((utcMinutes + equationOfTimeMinutes) / 4 + longitude - 180)
  const north = radians(latitude)
  const sine =
    Math.sin(north) * Math.sin(declination) + Math.cos(north) * Math.cos(declination) * Math.cos(hourAngle)
  const fromSouth = Math.atan2(
    Math.sin(hourAngle) * Math.cos(declination),
    Math.cos(hourAngle) * Math.sin(north) * Math.cos(declination) - Math.sin(declination) * Math.cos(north),
  )
  return {
    elevation: degrees(Math.asin(Math.min(1, Math.max(-1, sine)))),
    azimuth: (((degrees(fromSouth) + 180) % 360) + 360) % 360,
  }
}

/** The apparent sun: its declination in radians, and by how many minutes a sundial is ahead of a clock. */
function apparentSun(t: number): { declination: number; equationOfTimeMinutes: number } {
  const meanLongitude = radians(280.46646 + t * (36_000.76983 + t * 0.0003032))
  const anomaly = radians(357.52911 + t * (35_999.05029 - t * 0.0001537))
  const eccentricity = 0.016708634 - t * (0.000042037 + t * 0.0000001267)
  const center =
    Math.sin(anomaly) * (1.914602 - t * (0.004817 + t * 0.000014)) +
    Math.sin(2 * anomaly) * (0.019993 - t * 0.000101) +
    Math.sin(3 * anomaly) * 0.000289
  const node = radians(125.04 - 1_934.136 * t)
  const longitude = meanLongitude + radians(center - 0.00569 - 0.00478 * Math.sin(node))
  const seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))
  const obliquity = radians(23 + (26 + seconds / 60) / 60 + 0.00256 * Math.cos(node))
  const y = Math.tan(obliquity / 2) ** 2
  const equation =
    y * Math.sin(2 * meanLongitude) -
    2 * eccentricity * Math.sin(anomaly) +
    4 * eccentricity * y * Math.sin(anomaly) * Math.cos(2 * meanLongitude) -
    0.5 * y * y * Math.sin(4 * meanLongitude) -
    1.25 * eccentricity * eccentricity * Math.sin(2 * anomaly)
  return {
    declination: Math.asin(Math.sin(obliquity) * Math.sin(longitude)),
    equationOfTimeMinutes: 4 * degrees(equation),
  }
}

function radians(angle: number): number {
  return (angle / 180) * Math.PI
}

function degrees(angle: number): number {
  return (angle / Math.PI) * 180
}
