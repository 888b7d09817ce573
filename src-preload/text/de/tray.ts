import { plural } from '../plural.ts'
import type { tray as english } from '../en/tray.ts'

/** The text of tray, in German. */
export const tray: typeof english = {
  share: 'Diesen PC teilen',
  running: 'Läuft gerade hier',
  runningNothing: 'Hier läuft gerade nichts',
  ownUnit: (unit) => `Einheit ${unit} deines eigenen Auftrags`,
  unitFor: (unit, name) => `Einheit ${unit} für ${name}`,
  moreUnits: (count, written) =>
    `und ${written} ${plural('de', count, { one: 'weitere Einheit', other: 'weitere Einheiten' })}`,
  somebody: 'jemanden',
  open: 'Meshwork öffnen',
  quit: 'Meshwork beenden',
  quitDialog: {
    title: 'Meshwork beenden?',
    others: (count, written) =>
      `${written} ${plural('de', count, {
        one: 'Einheit läuft hier für jemand anderen. Sie wird zurückgegeben und von anderen berechnet.',
        other: 'Einheiten laufen hier für andere. Sie werden zurückgegeben und von anderen berechnet.',
      })}`,
    own: (count, written) =>
      `${written} ${plural('de', count, {
        one: 'Einheit deiner eigenen Aufträge läuft hier. Sie beginnt von vorn, wenn Meshwork wieder läuft.',
        other:
          'Einheiten deiner eigenen Aufträge laufen hier. Sie beginnen von vorn, wenn Meshwork wieder läuft.',
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
    pairTitle: 'Jemand möchte sich koppeln',
    pairText: (name) => `${name} hat deinen Code benutzt. Nimm an oder lehne ab.`,
    nearbyTitle: 'Ein PC in der Nähe möchte sich koppeln',
    nearbyText: (name) => `${name} sagt, er sei neben dir. Vergleiche die Zahl auf beiden Bildschirmen.`,
    background: 'Meshwork läuft im Hintergrund weiter',
    backgroundText:
      'Öffnen und beenden kannst du es über das Symbol im Infobereich. Auch ein neuer Start öffnet dieses Fenster.',
    update: 'Es gibt ein neueres Meshwork',
    updateText: (version) =>
      `Version ${version} kann sich auf diesem PC nicht selbst installieren. Lade sie dort herunter, woher du diese hast.`,
  },
  problem: {
    title: 'Meshwork kann nicht starten',
    stopped: 'Meshwork musste anhalten',
    log: (path) => `Einzelheiten stehen in ${path}`,
  },
}
