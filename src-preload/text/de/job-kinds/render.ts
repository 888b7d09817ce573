import { plural } from '../../plural.ts'
import type { render as english } from '../../en/job-kinds/render.ts'
import { frames, pcs } from '../counted.ts'

/** The text of renders, in German. */
export const render: typeof english = {
  work: 'Bilder rendern',
  here: 'Rendern',
  hereFor: (who) => `Rendert für ${who}`,
  took: (count, written, duration) =>
    count === 1
      ? `Dein Bild hat ${duration} gedauert`
      : `Deine ${frames(count, written)} haben ${duration} gedauert`,
  helpedWith: (count, written) => `${written} ${plural('de', count, { one: 'Bild', other: 'Bildern' })}`,
  start: 'Eine Szene rendern',
  newJob: 'Neues Bild',
  ready: 'Dein Bild ist fertig',
  invite: 'Szene hier ablegen, Bild bekommen',
  emptyText:
    'Lege eine .glb- oder .gltf-Szene irgendwo in diesem Fenster ab, und dein PC und die PCs deiner Leute rendern sie gemeinsam.',
  chooseScene: 'Szene auswählen',
  sampleScenes: {
    title: 'Gerade keine Szene zur Hand? Probier eine von unseren.',
    tryIt: {
      bunny: 'Mit dem Hasen ausprobieren',
      knot: 'Mit der Schlinge ausprobieren',
      lamp: 'Mit der Lampe ausprobieren',
    },
    shows: {
      bunny: 'Porzellan in weichem Licht',
      knot: 'Gold und Glas in einem hellen Raum',
      lamp: 'Ein Stillleben bei Lampenlicht',
    },
    making: 'Die Szene wird gemacht',
  },
  pictureSize: (width, height) => `${width} × ${height}`,
  samples: (written) => `${written} Samples je Pixel`,

  dropHere: 'Irgendwo ablegen',
  dropHint:
    'Eine .glb- oder .gltf-Szene, ihre Texturen, einen .hdr-Himmel oder den Ordner, in dem sie liegen',
  dropNothing: 'Nichts davon ist eine Szene oder ein Teil von einer.',
  dropTooMany: (max) => `Dieser Ordner hat mehr als ${max} Dateien. Lege nur die Szene und ihre Texturen ab.`,
  dropped: {
    label: 'Abgelegte Dateien',
    more: (count, written) =>
      `${written} ${plural('de', count, { one: 'weitere Datei', other: 'weitere Dateien' })}`,
    fates: {
      scene: 'Die Szene, die gerendert wird.',
      'other-scene': 'Eine andere Szene. Wähle oben, welche gerendert wird.',
      part: 'Gehört zur Szene.',
      light: 'Beleuchtet die Szene ringsum.',
      'other-light': 'Nicht benutzt: Eine andere .hdr-Datei beleuchtet die Szene.',
      waits: 'Wartet auf ihre Szene. Lege auch die .glb- oder .gltf-Datei ab.',
      picture: 'Nicht benutzt: Keine Textur dieser Szene heißt so.',
      'picture-of-self-contained': 'Nicht benutzt: Diese Szene hat ihre Texturen in sich.',
      blend:
        'Blender-Dateien können noch nicht gelesen werden. Wähle in Blender Datei › Exportieren › glTF 2.0 (.glb) und lege die neue Datei hier ab.',
      'other-program': 'Nicht lesbar. Exportiere sie als glTF (.glb) aus dem Programm, aus dem sie stammt.',
      exr: 'Nicht benutzt: Ein Himmel muss eine .hdr-Datei sein. Speichere ihn als Radiance HDR.',
      archive: 'Entpacke es zuerst und lege dann ab, was darin war.',
      unused: 'Nicht benutzt: Das ist kein Teil einer Szene.',
    },
    withoutLight: 'Weglassen',
    withoutLightOf: (name) => `${name} weglassen`,
  },
  cannotRender: (why) => `Das lässt sich nicht rendern: ${why}`,

  newTitle: 'Was möchtest du rendern?',
  newTitleOf: (name) => `${name} rendern`,
  chooseFiles: 'Dateien auswählen',
  chooseFolder: 'Ordner auswählen',
  otherScene: 'Andere Szene',
  whichScene: 'Welche der Szenen?',
  reading: 'Die Szene wird gelesen',
  refusals: {
    empty: 'Diese Datei ist leer.',
    'cut-short': 'Diese Datei ist abgeschnitten. Kopiere oder exportiere sie noch einmal.',
    'other-version': 'Das ist glTF in einer anderen Version als 2.0. Exportiere die Szene als glTF 2.0.',
    'no-description': 'In dieser .glb-Datei ist keine Beschreibung einer Szene. Exportiere sie noch einmal.',
    'too-large': 'Die Beschreibung dieser Szene ist zu groß, um gelesen zu werden.',
    'not-json': 'Das ist weder eine .glb- noch eine .gltf-Datei, was immer ihr Name sagt.',
    'not-gltf': 'Diese Datei ist keine glTF-Szene.',
    'too-many-files': 'Diese Szene nennt mehr Dateien, als eine Szene haben kann.',
    unreadable: 'Diese Datei kann nicht gelesen werden. Vielleicht wurde sie seitdem verschoben.',
  },
  counts: {
    meshes: (count, written) => `${written} ${plural('de', count, { one: 'Mesh', other: 'Meshes' })}`,
    triangles: (count, written) => `${written} ${plural('de', count, { one: 'Dreieck', other: 'Dreiecke' })}`,
    materials: (count, written) =>
      `${written} ${plural('de', count, { one: 'Material', other: 'Materialien' })}`,
    textures: (count, written) => `${written} ${plural('de', count, { one: 'Textur', other: 'Texturen' })}`,
    animation: (seconds) => `${seconds} s Animation`,
    noAnimation: 'steht still',
  },
  missingTextures: (count, written) =>
    plural('de', count, {
      one: 'Eine Textur fehlt. Das Bild wird ohne sie sein.',
      other: `${written} Texturen fehlen. Das Bild wird ohne sie sein.`,
    }),
  missingBuffers: (count, written) =>
    plural('de', count, {
      one: 'Eine Datei fehlt, und ohne sie lässt sich die Szene nicht rendern.',
      other: `${written} Dateien fehlen, und ohne sie lässt sich die Szene nicht rendern.`,
    }),
  missingHint: 'Lege sie hier ab, oder den Ordner, in dem sie liegen.',
  andMore: (written) => `und ${written} weitere`,
  warnings: (count, written) =>
    plural('de', count, {
      one: 'Eine Sache in dieser Szene wird ignoriert',
      other: `${written} Dinge in dieser Szene werden ignoriert`,
    }),
  uploading: (sent, all) => `Die Szene wird kopiert: ${sent} von ${all}`,
  uploadCancelled: 'Die Szene wurde nicht kopiert.',
  uploadAgain: 'Kopieren',
  cancelUpload: 'Anhalten',
  previewing: 'Vorschau entsteht',
  previewOf: (name) => `Vorschau von ${name}`,
  previewTook: (duration) => `Vorschau, hier entstanden in ${duration}.`,
  previewRefined: (samples) => `Vorschau mit ${samples} Samples je Pixel, ohne Rauschen.`,
  previewRefining: 'Eine bessere entsteht gerade.',
  previewExposure: (stops) => `Belichtung ${stops} EV, wie im Bild.`,
  previewFailed: 'Keine Vorschau von dieser Szene',

  light: {
    studio: {
      title: 'Diese Szene hat keine Lichter.',
      scene:
        'Sie bekommt weiches Studiolicht. Wähle unter Licht ein anderes, zieh einen .hdr-Himmel hierher, oder füge in deinem 3D-Programm Lichter hinzu und exportiere die Szene noch einmal.',
      picture:
        'Sie bekam weiches Studiolicht. Für anderes Licht rendere sie noch einmal und wähle eines unter Licht.',
    },
    nothing: {
      title: 'Was die Kamera sieht, bekommt kaum Licht.',
      scene:
        'Das Bild würde schwarz. Wähle ein anderes Licht, zieh einen .hdr-Himmel hierher, oder füge in deinem 3D-Programm Lichter hinzu und exportiere die Szene noch einmal.',
      picture: 'Darum ist das Bild schwarz. Rendere sie noch einmal und wähle eines unter Licht.',
    },
  },

  lightField: {
    label: 'Licht',
    names: {
      auto: 'Szene',
      own: 'Lampen',
      studio: 'Studio',
      'soft-boxes': 'Softboxen',
      'window-room': 'Fenster',
      overcast: 'Wolken',
      sky: 'Himmel',
      picture: 'Deine .hdr',
    },
    notes: {
      auto: 'So, wie es die Datei vorgibt. Eine Datei ohne Lampen bekommt weiches Studiolicht.',
      own: 'Nur die Lampen der Datei, um sie herum ist es dunkel.',
      studio: 'Weiches, gleichmäßiges Licht. Passt zu allem.',
      'soft-boxes': 'Ein dunkles Studio mit drei Lampen. Für alles, was glänzt.',
      'window-room': 'Ein warmes Zimmer mit zwei Fenstern auf der linken Seite.',
      overcast: 'Ein Garten an einem trüben Tag: fast ohne Schatten.',
      sky: 'Sonne und Himmel an einem klaren Tag. Norden ist dort, wohin −z der Szene zeigt.',
      picture: 'Das Licht des .hdr-Bildes, das du hineingezogen hast.',
    },
    turn: 'Drehung',
    strength: 'Stärke',
    sunElevation: 'Sonnenhöhe',
    sunDirection: 'Himmelsrichtung',
    haze: 'Luft',
    air: { clear: 'sehr klar', fine: 'klar', hazy: 'dunstig', thick: 'sehr dunstig' },
    byTime: 'Sonne nach Zeit und Ort stellen',
    when: 'Tag und Uhrzeit',
    latitude: 'Breite',
    longitude: 'Länge',
    northIsPositive: 'Grad; südlich des Äquators negativ',
    eastIsPositive: 'Grad; westlich von Greenwich negativ',
    isNight: 'Dann steht die Sonne unter dem Horizont',
  },

  size: 'Größe',
  width: 'Breite in Pixeln',
  height: 'Höhe in Pixeln',
  presets: { hd: '720p', 'full-hd': '1080p', '4k': '4K', square: 'Quadrat' },
  presetsLabel: 'Übliche Größen',
  camera: 'Kamera',
  cameraDefault: 'Die der Szene',
  cameraNumbered: (number) => `Kamera ${number}`,
  cameraNone: 'Die Szene hat keine Kamera, deshalb ist alles zu sehen.',
  view: {
    label: 'Blick auf die Szene',
    keys: 'Ziehen oder die Pfeiltasten drehen den Blick, mit Umschalt verschieben sie ihn. Plus und Minus oder das Rad gehen näher heran und weiter weg.',
    hint: 'Zieh daran, um sie von woanders zu sehen.',
    own: 'Wie du sie gedreht hast',
    reset: 'Zurück zur Kamera',
  },
  quality: 'Qualität',
  qualities: { draft: 'Entwurf', good: 'Gut', fine: 'Fein', custom: 'Eigene' },
  spp: 'Samples je Pixel',
  sppShown: (written) => `${written} Samples je Pixel. Doppelt so viele dauern doppelt so lange.`,
  clean: 'Rauschen entfernen',
  cleanNote: 'Dieser PC entrauscht das fertige Bild. Wie gerendert bleibt es auch erhalten.',
  cleanStrength: 'Stärke',
  framesLabel: 'Einzelbilder',
  framesHint: 'Leer für ein Standbild. Bilder und Bereiche, zum Beispiel 3, 5-10.',
  framesCount: (count, written) => `${frames(count, written)}, jedes für sich`,
  framesAll: 'Alle',
  fps: 'Je Sekunde',
  checks: 'Jede Kachel prüfen durch',
  checksNote: {
    one: 'Jede Kachel wird einmal gerendert und nicht geprüft. Nur mit Leuten, die du gut kennst.',
    two: 'Jede Kachel rendern zwei PCs, die bis aufs letzte Bit übereinstimmen müssen.',
    three: 'Jede Kachel rendern drei PCs. Am sichersten, und am langsamsten.',
  },
  encrypt: 'Szene und Bild verschlüsseln',
  encryptNote:
    'Nur die PCs, die es rendern, können beides lesen. Wer die Daten sonst speichert oder weiterreicht, kann es nicht.',
  problems: {
    'out-of-range': (min, max) => `Zwischen ${min} und ${max}`,
    'in-the-past': 'Dieser Zeitpunkt ist vorbei',
    'does-not-move': 'Diese Szene hat keine Animation: Lass das Feld leer',
    'not-a-frame': (part) => `„${part}“ ist kein Einzelbild. Schreibe zum Beispiel 3, 5-10`,
    backwards: (part) => `„${part}“ läuft rückwärts`,
    'too-high': (max) => `Das letzte mögliche Einzelbild ist ${max}`,
    'too-many': (max) => `Mehr als ${max} Einzelbilder. Rendere sie in Teilen`,
  },
  estimate: {
    working: 'Wird geschätzt',
    done: (time, peers, written) => `Fertig etwa ${time} (${pcs(peers, written)})`,
    range: (low, high) => `Zwischen ${low} und ${high}`,
    cores: (count, written) => `${written} ${plural('de', count, { one: 'Kern', other: 'Kerne' })}`,
    work: (duration) => `${duration} Arbeit für einen Kern`,
    nobody: 'Gerade kann das niemand rendern',
    nobodyHint:
      'Du kannst es trotzdem abschicken: Es beginnt, sobald dieser PC oder einer deiner Leute teilt.',
    tooFew: (peers, written, checks) =>
      `Jede Kachel braucht ${checks} PCs; ${plural('de', peers, { one: `nur ${written} ist`, other: `nur ${written} sind` })} verfügbar. Es würde auf weitere warten.`,
    fewer: (peers, written) => `Mit ${pcs(peers, written)} prüfen`,
    late: (duration) => `Etwa ${duration} zu spät: Frage mehr Leute oder senke die Qualität.`,
    unknown: 'Noch keine Schätzung: Sie kommt mit der Vorschau.',
    stale: 'Gerade lässt sich nicht sagen, wann es fertig wäre.',
    busy: (percent) => `Andere Programme lasten diesen PC zu ${percent} aus`,
    waits: 'Gerade sind zu wenige PCs verfügbar',
    lends: (name, memory) => `${name} teilt ${memory} GB`,
    tooSmall: (needed, who) =>
      `Jede Kachel braucht ${needed} GB Arbeitsspeicher: ${who}, zu wenig zum Helfen.`,
    fewMemory: 'Niemand, der da ist, teilt genug Arbeitsspeicher',
    fewMemoryHint: (needed, who) =>
      `Jede Kachel braucht ${needed} GB: ${who}. Du kannst es trotzdem abschicken: Es beginnt, sobald jemand so viel teilt.`,
    tooLarge: 'Diese Szene braucht mehr Arbeitsspeicher, als irgendjemand teilt',
    tooLargeHint: (needed, who) =>
      `Jede Kachel braucht ${needed} GB: ${who}. Teile mehr Arbeitsspeicher oder mach die Szene kleiner.`,
    measuring: 'Dieser PC misst gerade, wie schnell er ist',
    measuringHint: 'Du kannst es trotzdem abschicken: Es beginnt, sobald das bekannt ist.',
  },
  render: 'Rendern',
  sceneGone:
    'Dieser PC hatte die Szene weggeräumt und kopiert sie noch einmal. Versuch es gleich noch einmal.',
  again: {
    continue: 'Fortsetzen',
    continued: 'Es geht mit dem weiter, was schon fertig war.',
    again: 'Noch einmal rendern',
    same: 'Mit denselben Einstellungen',
    sameSeries: 'Alle Einzelbilder, mit denselben Einstellungen',
    changed: 'Erst Einstellungen ändern',
    submitted: 'Noch einmal unterwegs.',
    sceneGone:
      'Die Szene ist nicht mehr auf diesem PC. Wähle „Erst Einstellungen ändern“ und lege ihre Datei noch einmal ab.',
    reading: 'Die Szene wird gesucht',
    sceneNotHere: (name) =>
      `Die Szene ${name} ist nicht mehr auf diesem PC. Lege sie hier noch einmal ab: Die Einstellungen bleiben.`,
  },
  part: (percent) =>
    `Dieses Bild wurde bei ${percent} angehalten. Kästchen zeigen, wo nichts fertig wurde; der Rest hat die bis dahin erreichte Qualität.`,
  noPart: 'Von diesem Bild wurde keine Kachel fertig.',
  keep: 'Anhalten und das behalten',
  livePicture: (name, percent) => `${name} entsteht, zu ${percent} fertig`,
  waitingForTiles: 'Die ersten Kacheln sind unterwegs',

  viewer: {
    label: (name) => `${name}, fertig`,
    keys: 'Plus und Minus zoomen, die Pfeiltasten verschieben das Bild, 0 passt es ein, 1 zeigt es in voller Größe.',
    loading: (sent, all) => `Das Bild wird geholt: ${sent} von ${all}`,
    assembling: 'Das Bild wird zusammengesetzt',
    fit: 'Einpassen',
    full: '100 %',
    zoomIn: 'Näher',
    zoomOut: 'Weiter weg',
    adjust: 'Licht und Tonwerte',
    exposure: 'Belichtung',
    exposureValue: (stops) => `${stops} EV`,
    exposureParts: (metered, added) => `${metered} automatisch, ${added} von dir`,
    toneMapping: 'Tonwerte',
    toneMappings: { neutral: 'Neutral', none: 'Ohne', reinhard: 'Reinhard', aces: 'Film' },
    toneMappingNotes: {
      neutral: 'Wie geliefert: Farben bleiben den Materialien treu, helle Stellen laufen weich aus.',
      none: 'Das Licht, wie es ist. Was heller als Weiß ist, wird abgeschnitten.',
      reinhard: 'Helle Stellen werden gemildert, Farben behalten ihren Ton.',
      aces: 'Der Kontrast von Kinofilm (ACES).',
    },
    reset: 'Wie geliefert',
    compare: 'Vergleichen',
    compareLabel: 'Links dieser Linie wie geliefert, rechts davon wie angepasst',
    before: 'Wie geliefert',
    after: 'Angepasst',
    compareNoise: 'Mit dem gerenderten vergleichen',
    compareNoiseLabel: 'Links dieser Linie wie gerendert, rechts davon entrauscht',
    rendered: 'Wie gerendert',
    cleaned: 'Entrauscht',
    cleaning: {
      working: (percent) => `Das Bild wird entrauscht, ${percent} sind fertig`,
      done: 'Entrauscht. Vergleichen zeigt es wie gerendert.',
      stop: 'Wie gerendert lassen',
      'few-samples': 'Dieses Bild hat zu wenige Samples, um entrauscht zu werden. Es ist wie gerendert.',
      stopped: 'Wie gerendert, mit Rauschen.',
      failed: 'Das Bild ließ sich nicht entrauschen. Es ist wie gerendert.',
      clean: 'Entrauschen',
    },
    loadingLight: 'Das Licht des Bildes wird geladen',
    tooLarge:
      'Dieses Bild ist zu groß, um hier angepasst zu werden. Speichere es als EXR und passe es woanders an.',
    unreadable: 'Das Licht des Bildes konnte nicht gelesen werden.',
    save: 'Speichern',
    saveAdjusted: 'PNG, wie angepasst',
    saveDelivered: 'PNG, wie geliefert',
    saveRendered: 'PNG, wie gerendert',
    saveRenderedExr: 'EXR, wie gerendert',
    saveExr: 'EXR, mit allem Licht',
    saveExrHint: '32-Bit-Gleitkomma, zum Weiterarbeiten',
    saveFrames: 'Alle Einzelbilder, als PNG in einer ZIP-Datei',
    savingFrames: (done, all) => `Einzelbild ${done} von ${all} wird gepackt`,
    slow: 'Dieser Browser hat kein WebGL 2: Änderungen dauern einen Moment.',
  },
  series: {
    label: 'Einzelbilder',
    frame: (frame) => `Einzelbild ${frame}`,
    all: (done, writtenDone, count) =>
      `${writtenDone} von ${count} Einzelbildern ${plural('de', done, { one: 'ist', other: 'sind' })} fertig`,
  },

  figures: { picture: 'Bild', frame: 'Einzelbild' },
  faults: {
    'blob-missing': 'Jener PC bekam die Szene nicht.',
    'blob-corrupt': 'Die Szene wurde auf dem Weg dorthin beschädigt.',
    'not-opened': 'Die Szene ließ sich dort nicht entschlüsseln.',
  },
  waiting: {
    'more-verifiers': {
      why: 'Die restlichen Kacheln muss noch ein weiterer PC prüfen: Die PCs, die da sind, haben sie schon gerendert.',
      todo: 'Es geht von selbst weiter, sobald noch jemand teilt.',
    },
  },
  needsPcs: (pcs, here, written) =>
    `Jede Kachel braucht ${pcs}; ${plural('de', here, { one: `nur ${written} ist`, other: `nur ${written} sind` })} verfügbar.`,
  lateTodo: 'Bitte mehr Leute zu teilen, oder rendere es noch einmal in niedrigerer Qualität.',
  refusedHint: 'Ergebnisse, die nicht zu den anderen passten. Keines davon ist im Bild.',
  speed: {
    unable: 'Dieser PC ließ sich beim Rendern nicht messen, deshalb rendert er nichts für andere.',
    paths: (millions, cores) =>
      `Etwa ${millions} Millionen Lichtwege in der Sekunde mit ${plural('de', cores, { one: 'dem Kern', other: `den ${cores} Kernen` })}, die er teilt`,
  },
}
