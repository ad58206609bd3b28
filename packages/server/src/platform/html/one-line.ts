/** Control characters, line and paragraph separators, and what turns the direction of text around it (Unicode UAX #9 §2). */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** Text from outside as one line that steers neither a header nor the text around it. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(steering, ' ').trim()
}
