import { plural } from '../plural.ts'

/** The text of start, in English. */
export const start = {
  title: 'Welcome to Meshwork',
  steps: 'Three steps. You can change everything later.',
  step: (now: number, all: number) => `Step ${now} of ${all}`,
  back: 'Back',
  next: 'Next',
  skip: 'Skip',
  skipHint: 'Uses what is suggested. You can change it later.',
  finish: 'Done',
  tryIt: 'Render a first picture',
  pc: {
    title: 'This PC',
    sentence: 'This is what your people can use, when you let them.',
    cores: (cores: number) => `${cores} ${plural('en', cores, { one: 'core', other: 'cores' })}`,
    processor: 'Processor',
    memory: 'Memory',
    graphics: 'Graphics',
    noGraphics: 'No usable graphics card found; rendering works without one',
    graphicsMemory: (bytes: string) => `${bytes} of its own memory`,
    disk: 'Disk',
    diskFree: (free: string, total: string) => `${free} free of ${total}`,
    speed: 'Speed',
    measuring: 'A short benchmark is running…',
    grade: {
      slow: 'A modest PC: still useful.',
      usual: 'As fast as a usual desktop PC.',
      fast: 'A fast PC: its cores beat most desktops.',
    },
    name: 'Name of this PC',
    nameHint: 'Your people see it by this name.',
    namePlaceholder: 'For example: Studio',
    nameEmpty: 'A PC needs a name.',
  },
  when: {
    title: 'When to share',
    sentence: 'Your own work always goes first. Pausing is one click, at any time.',
    label: 'When this PC is shared',
    preset: {
      idle: 'When I’m away',
      nights: 'At night',
      always: 'Always',
      choose: 'I’ll choose',
    },
    hint: {
      idle: 'At night, and whenever you haven’t touched mouse or keyboard for 5 minutes. It stops as soon as you are back.',
      nights: (from: string, to: string) => `Every night from ${from} to ${to}.`,
      always: 'Around the clock, also while you use it. One core stays free.',
      choose: 'Nothing is shared until you paint your own week, which opens next.',
    },
    idleUnreadable:
      'We can’t detect when you are using this PC, so this would share around the clock. At night may suit you better.',
    custom: 'You have set up your own hours already. They stay as they are unless you choose here.',
    rules: 'Pauses by itself on battery, in full screen and when other programs are busy.',
  },
  whom: {
    title: 'With whom',
    sentence: 'Meshwork works with people you know. Pair with somebody now, or later.',
    paired: (name: string) => `You are paired with ${name}.`,
    later: 'You can do this at any time under People.',
  },
}
