import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

/** Ten shades of a role that is one colour per theme: Mantine asks by shade, the token answers by theme. */
function role(name: string): MantineColorsTuple {
  const soft = `var(--${name}-soft)`
  const full = `var(--${name})`
  return [soft, soft, soft, soft, full, full, full, full, full, full]
}

/** Neutrals with a breath of the accent, lightest first; what the library paints without asking for a role. */
const GRAY: MantineColorsTuple = [
  '#f5f7f6',
  '#ebefee',
  '#e0e6e4',
  '#dbe1df',
  '#b9c4c1',
  '#93a19d',
  '#6b7a76',
  '#53625f',
  '#303d3a',
  '#14201e',
]
/** The same for the dark theme, as the library numbers them: text first, the darkest surface last. */
const DARK: MantineColorsTuple = [
  '#e6ecea',
  '#c4cfcb',
  '#9caaa6',
  '#7b8a86',
  '#2a3331',
  '#212928',
  '#161c1b',
  '#0f1413',
  '#0b0f0e',
  '#070a09',
]

const ROLES = ['accent', 'good', 'warn', 'bad']

/** Buttons and badges in the colours of the roles. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const name = input.color ?? 'accent'
  if (!ROLES.includes(name)) return defaultVariantColorsResolver(input)
  const color = `var(--${name})`
  const soft = `var(--${name}-soft)`
  const strong = name === 'accent' ? 'var(--accent-strong)' : `color-mix(in srgb, ${color} 88%, var(--text))`
  switch (input.variant) {
    case 'filled':
      return {
        background: color,
        hover: strong,
        color: name === 'accent' ? 'var(--on-accent)' : 'var(--surface-1)',
        border: '1px solid transparent',
      }
    case 'light':
      return { background: soft, hover: soft, color, border: '1px solid transparent' }
    case 'subtle':
    case 'transparent':
      return { background: 'transparent', hover: 'var(--surface-2)', color, border: '1px solid transparent' }
    case 'outline':
      return { background: 'transparent', hover: soft, color, border: `1px solid ${color}` }
    default:
      return defaultVariantColorsResolver(input)
  }
}

const popover = {
  shadow: 'md',
  radius: 8,
  transitionProps: { duration: 100, transition: 'fade' as const },
}

/** The component library in the tokens of the look. */
export const theme = createTheme({
  primaryColor: 'accent',
  colors: {
    gray: GRAY,
    dark: DARK,
    accent: role('accent'),
    good: role('good'),
    warn: role('warn'),
    bad: role('bad'),
  },
  variantColorResolver,
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.5', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  shadows: { xs: 'none', sm: 'none', md: 'var(--shadow)', lg: 'var(--shadow)', xl: 'var(--shadow)' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { variant: 'default', size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' } },
    Menu: { defaultProps: { ...popover, position: 'bottom-end', withInitialFocusPlaceholder: false } },
    Popover: { defaultProps: popover },
    HoverCard: { defaultProps: popover },
    Tooltip: {
      defaultProps: { openDelay: 300, transitionProps: { duration: 80 }, multiline: true, maw: 320 },
    },
    // Locking the page's scrolling adds a style without our nonce; our page does not scroll, its content does.
    Modal: {
      defaultProps: {
        centered: true,
        lockScroll: false,
        transitionProps: { duration: 120, transition: 'fade' },
      },
    },
    Drawer: { defaultProps: { lockScroll: false } },
    Select: { defaultProps: { comboboxProps: popover, allowDeselect: false } },
  },
})

/** Mantine's own variables, by the tokens. */
export const cssVariables: CSSVariablesResolver = () => {
  const roles = {
    '--mantine-color-body': 'var(--surface-0)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-dim)',
    '--mantine-color-placeholder': 'var(--text-dim)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default': 'var(--surface-1)',
    '--mantine-color-default-hover': 'var(--surface-2)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-disabled': 'var(--surface-2)',
    '--mantine-color-disabled-color': 'var(--text-dim)',
    '--mantine-color-disabled-border': 'var(--line)',
    '--mantine-primary-color-filled': 'var(--accent)',
    '--mantine-primary-color-filled-hover': 'var(--accent-strong)',
    '--mantine-primary-color-light': 'var(--accent-soft)',
    '--mantine-primary-color-light-hover': 'var(--accent-soft)',
    '--mantine-primary-color-light-color': 'var(--accent)',
    '--mantine-primary-color-contrast': 'var(--on-accent)',
    ...Object.fromEntries(
      ROLES.flatMap((name) => [
        [`--mantine-color-${name}-filled`, `var(--${name})`],
        [`--mantine-color-${name}-light`, `var(--${name}-soft)`],
        [`--mantine-color-${name}-light-hover`, `var(--${name}-soft)`],
        [`--mantine-color-${name}-light-color`, `var(--${name})`],
        [`--mantine-color-${name}-outline`, `var(--${name})`],
        [`--mantine-color-${name}-text`, `var(--${name})`],
      ]),
    ),
  }
  return { variables: {}, light: roles, dark: roles }
}
