import { plural } from '../plural.ts'

/** The text of start, in English. */
export const start = {
  title: 'Welcome to Meshwork',
  steps: 'Three steps, all of which can be changed later',
  step: (now: number, all: number) => `Step ${now} of ${all}`,
  back: 'Back',
  next: 'Next',
  skip: 'Skip',
  finish: 'Done',
  pc: {
    title: 'This PC',
    sentence: 'This is what your people can use, when you let them.',
    cores: (cores: number) => `${cores} ${plural('en', cores, { one: 'core', other: 'cores' })}`,
    processor: 'Processor',
    memory: 'Memory',
    graphics: 'Graphics',
    noGraphics: 'None that can be used was found; rendering works without',
    graphicsMemory: (bytes: string) => `${bytes} of its own memory`,
    disk: 'Disk',
    diskFree: (free: string, total: string) => `${free} free of ${total}`,
    speed: 'Speed',
    measuring: 'A short benchmark is running…',
    grade: {
      slow: 'A calm PC: its cores are slower than those of a usual desktop, and every one helps.',
      usual: 'As fast as a usual desktop PC.',
      fast: 'A fast PC: its cores beat most desktops.',
    },
    name: 'Your people see it as',
  },
  when: {
    title: 'When to share',
    sentence: 'Your own work always goes first. Pausing is one click, at any time.',
    label: 'When this PC is shared',
    preset: {
      idle: 'When I am not at it',
      nights: 'At night',
      always: 'Always',
      choose: 'I’ll choose',
    },
    hint: {
      idle: 'Begins when nobody has touched mouse or keyboard for 5 minutes, and stops at once when you are back.',
      nights: (from: string, to: string) => `Every night from ${from} to ${to}.`,
      always: 'Around the clock, also while you use it. One core stays free.',
      choose: 'Nothing is shared until you paint your own week, which opens next.',
    },
    idleUnreadable:
      'This PC does not tell whether somebody is at it, so this would share around the clock. Nights may suit you better.',
    custom: 'You have set up your own hours already. They stay as they are unless you choose here.',
    rules: 'Paused by itself on battery, in full screen and when other programs are busy.',
  },
  whom: {
    title: 'With whom',
    sentence: 'Meshwork works with people you know. Pair with the first now, or later.',
    paired: (name: string) => `You are paired with ${name}.`,
    later: 'You can do this at any time under People.',
  },
}
