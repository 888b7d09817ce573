import { plural } from '../plural.ts'
import type { tray as english } from '../en/tray.ts'

/** The text of tray, in German. */
export const tray: typeof english = {
  share: 'Diesen PC teilen',
  running: 'Läuft gerade hier',
  runningNothing: 'Hier läuft gerade nichts',
  ownUnit: (unit) => `Teil ${unit} deines eigenen Auftrags`,
  unitFor: (unit, name) => `Teil ${unit} für ${name}`,
  moreUnits: (count, written) =>
    `und ${written} ${plural('de', count, { one: 'weiterer Teil', other: 'weitere Teile' })}`,
  somebody: 'jemanden',
  open: 'Meshwork öffnen',
  quit: 'Meshwork beenden',
  quitDialog: {
    title: 'Meshwork beenden?',
    others: (count, written) =>
      `${written} ${plural('de', count, {
        one: 'Teil läuft hier für jemand anderen. Er wird zurückgegeben und von anderen gerechnet.',
        other: 'Teile laufen hier für andere. Sie werden zurückgegeben und von anderen gerechnet.',
      })}`,
    own: (count, written) =>
      `${written} ${plural('de', count, {
        one: 'Teil deiner eigenen Aufträge läuft hier. Er beginnt von vorn, wenn Meshwork wieder läuft.',
        other:
          'Teile deiner eigenen Aufträge laufen hier. Sie beginnen von vorn, wenn Meshwork wieder läuft.',
      })}`,
    jobs: (count, written) =>
      `${written} ${plural('de', count, {
        one: 'Auftrag von dir ist in Arbeit. Er geht weiter, wenn Meshwork wieder läuft.',
        other: 'Aufträge von dir sind in Arbeit. Sie gehen weiter, wenn Meshwork wieder läuft.',
      })}`,
    quit: 'Beenden',
    stay: 'Weiterlaufen lassen',
  },
  notice: {
    jobDone: 'Dein Auftrag ist fertig',
    failed: 'Dein Auftrag ist fehlgeschlagen',
    series: (count, written) =>
      `${written} ${plural('de', count, { one: 'Einzelbild', other: 'Einzelbilder' })}`,
    pairTitle: 'Jemand möchte sich verbinden',
    pairText: (name) => `${name} hat deinen Code benutzt. Nimm an oder lehne ab.`,
    nearbyTitle: 'Ein PC in der Nähe möchte sich verbinden',
    nearbyText: (name) => `${name} sagt, er sei neben dir. Vergleiche die Zahl auf beiden Bildschirmen.`,
    background: 'Meshwork läuft im Hintergrund weiter',
    backgroundText:
      'Über das Symbol in der Leiste lässt es sich öffnen und beenden. Auch ein neuer Start öffnet dieses Fenster.',
    update: 'Es gibt ein neueres Meshwork',
    updateText: (version) =>
      `Version ${version} installiert sich hier nicht selbst. Hole sie dort, woher du diese hast.`,
  },
  problem: {
    title: 'Meshwork kann nicht starten',
    stopped: 'Meshwork musste anhalten',
    log: (path) => `Mehr dazu steht in ${path}`,
  },
}
