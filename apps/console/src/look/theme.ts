import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  Modal,
  Tooltip,
  type VariantColorsResolver,
} from '@mantine/core'

// Mantine asks for ten shades of each colour; ours are few, and stand at the shades that it uses.
const verdigris = [
  '#eef7f6',
  '#dcefed',
  '#bce0dc',
  '#97d3cc',
  '#6fc7bf',
  '#3fa39b',
  '#1f7f79',
  '#0f5e5a',
  '#0c4d4a',
  '#093d3a',
] as const
const gray = [
  '#f6f4ef',
  '#f0ede6',
  '#e3dfd6',
  '#d5d0c5',
  '#8c867b',
  '#6f6a62',
  '#5f5b54',
  '#4a4741',
  '#33312d',
  '#1c1b19',
] as const
const dark = [
  '#f1eee7',
  '#cdc8bd',
  '#a8a298',
  '#8f897f',
  '#34322d',
  '#2a2825',
  '#1d1c1a',
  '#141412',
  '#0f0f0e',
  '#0a0a09',
] as const
const danger = [
  '#fbeeec',
  '#f6dcd8',
  '#f2917f',
  '#f2917f',
  '#f2917f',
  '#d9604d',
  '#c03f2f',
  '#a3261b',
  '#8a1f16',
  '#6f1811',
] as const

const colorsOnFilled: Readonly<Record<string, string>> = { verdigris: 'var(--on-accent)', danger: 'var(--on-danger)' }

/** Text on a filled button is readable in both schemes. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input)
  const color = input.variant === 'filled' ? colorsOnFilled[input.color ?? input.theme.primaryColor] : undefined
  return color === undefined ? colors : { ...colors, color, hoverColor: color }
}

/** The look of every page, in Mantine's terms. What it does not say, `console.css` does. */
export const theme = createTheme({
  colors: {
    verdigris: verdigris as unknown as MantineColorsTuple,
    gray: gray as unknown as MantineColorsTuple,
    dark: dark as unknown as MantineColorsTuple,
    danger: danger as unknown as MantineColorsTuple,
  },
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 4 },
  black: '#1c1b19',
  white: '#ffffff',
  variantColorResolver,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  fontFamily: 'system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.25rem', xl: '1.75rem' },
  fontWeights: { regular: '400', medium: '500', bold: '600' },
  lineHeights: { xs: '1.5', sm: '1.5', md: '1.5', lg: '1.4', xl: '1.25' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2.5rem' },
  headings: {
    fontFamily: 'system-ui, sans-serif',
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.25' },
      h2: { fontSize: '1.25rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.5' },
    },
  },
  components: {
    Button: Button.extend({
      defaultProps: { loaderProps: { type: 'dots' } },
      vars: (_, { size }) => ({ root: size === undefined || size === 'sm' ? { '--button-height': '2.75rem' } : {} }),
    }),
    Modal: Modal.extend({ defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5 } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, withArrow: false, events: { hover: true, focus: true, touch: true } },
    }),
  },
})

/** Mantine's own variables, put to the roles of our palette. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const roles = {
    '--mantine-color-body': 'var(--paper)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--muted)',
    '--mantine-color-placeholder': 'var(--muted)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--danger)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--field-border)',
    '--mantine-primary-color-contrast': 'var(--on-accent)',
    '--mantine-color-danger-filled': 'var(--danger)',
    '--mantine-color-danger-filled-hover': 'var(--danger)',
    '--mantine-color-danger-outline': 'var(--danger)',
    '--mantine-color-danger-text': 'var(--danger)',
    '--mantine-color-danger-light-color': 'var(--danger)',
    '--mantine-color-verdigris-light-color': 'var(--accent)',
  }
  return { variables: {}, light: roles, dark: roles }
}
