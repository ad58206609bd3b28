import { oneLine } from './one-line.ts'
import { paletteOf } from './palette.ts'
import { readThemeImage } from './read-theme-image.ts'
import { ostiaryTheme, type Theme, type ThemeImage } from './theme.ts'

/** A theme as it is written into a configuration: files instead of images. */
export interface ThemeSettings {
  readonly name?: string
  readonly logo?: string
  readonly logoDark?: string
  readonly icon?: string
  readonly accent?: { readonly light: string; readonly dark: string }
  readonly termsUrl?: string
  readonly privacyUrl?: string
}

/** A part of a theme can't be used. The message is one sentence that begins with the part's name. */
export class ThemeError extends Error {
  override readonly name = 'ThemeError'
}

const longestName = 60

/** Of all images together: they are in every page, which must stay below 30 kB. Base64 makes 12 kB of them. */
const mostImageBytes = 9000

/** Beyond it a logo of 28 px height would be wider than the narrowest column. */
const widestLogo = 9

/**
 * Makes a theme of settings and checks it.
 *
 * @param readFile the bytes of a file that the settings name; throws when it can't be read
 * @throws {ThemeError} for the first part that can't be used: an image, an address, or an accent that can't be read on a page
 */
export function readTheme(settings: ThemeSettings, readFile: (file: string) => Buffer): Theme {
  const { name = ostiaryTheme.name, accent, icon } = settings
  let bytes = 0
  const logo = readLogo(settings, readCounted)
  const iconUrl = readImage('icon', icon, readCounted)?.url
  if (bytes > mostImageBytes) throw new ThemeError(describeSize(bytes))
  const theme: Theme = Object.freeze({
    name: readName(name),
    ...(logo && { logo }),
    ...(iconUrl !== undefined && { iconUrl }),
    ...(accent && { accent: Object.freeze({ ...accent }) }),
    ...readUrls(settings),
  })
  checkAccent(theme)
  return theme

  function readCounted(file: string): Buffer {
    const content = readFile(file)
    bytes += content.length
    return content
  }
}

function readName(name: string): string {
  if (name !== '' && name === oneLine(name) && [...name].length <= longestName) return name
  throw new ThemeError(`name must be one line of 1 to ${longestName} characters.`)
}

function readImage(part: string, file: string | undefined, readFile: (file: string) => Buffer): ThemeImage | undefined {
  if (file === undefined) return undefined
  let bytes: Buffer
  try {
    bytes = readFile(file)
  } catch {
    throw new ThemeError(`${part} names the file ${file}, which can't be read.`)
  }
  const image = readThemeImage(bytes)
  if (image) return image
  throw new ThemeError(
    `${part} must be an SVG with its namespace and a viewBox, or a PNG; ${file} is neither. Convert other images first.`,
  )
}

function readLogo({ logo, logoDark }: ThemeSettings, readFile: (file: string) => Buffer): Theme['logo'] {
  const light = readImage('logo', logo, readFile)
  const dark = readImage('logoDark', logoDark, readFile)
  for (const [part, image] of Object.entries({ logo: light, logoDark: dark }))
    if (image && image.width / image.height > widestLogo)
      throw new ThemeError(`${part} must be at most ${widestLogo} times as wide as it is high.`)
  if (dark && !light) throw new ThemeError('logoDark needs a logo beside it, for the light.')
  return light && { light, ...(dark && { dark }) }
}

function describeSize(bytes: number): string {
  return `logo, logoDark and icon have ${bytes} bytes together, but at most ${mostImageBytes} may be in every page. Simplify the SVG, or make the PNG 56 px high.`
}

function readUrls(settings: ThemeSettings): Pick<Theme, 'termsUrl' | 'privacyUrl'> {
  const parts = (['termsUrl', 'privacyUrl'] as const).filter((part) => settings[part] !== undefined)
  return Object.fromEntries(parts.map((part) => [part, readUrl(part, settings[part] ?? '')]))
}

function readUrl(part: string, text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return new URL(text).href
  throw new ThemeError(`${part} must be an https URL, such as https://example.com/terms.`)
}

function checkAccent(theme: Theme): void {
  for (const scheme of ['light', 'dark'] as const) {
    try {
      paletteOf(theme, scheme)
    } catch (error) {
      throw error instanceof TypeError ? new ThemeError(`accent: ${error.message}`) : error
    }
  }
}
