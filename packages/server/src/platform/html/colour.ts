/**
 * The contrast of two colours, from 1 (none) to 21 (black on white).
 *
 * @throws {TypeError} when one is not of the form `#rrggbb`
 * @see WCAG 2.2, "contrast ratio"
 */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

// WCAG 2.2, "relative luminance".
function luminanceOf(colour: string): number {
  if (!/^#[0-9a-f]{6}$/i.test(colour))
    throw new TypeError(`A colour has the form #rrggbb, not ${JSON.stringify(colour)}.`)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
}
