/** Spaces, and letters that show nothing: the fillers of Hangul, and the blank of Braille. */
const BLANKS = /[\s\u115f\u1160\u2800\u3164\uffa0]/g

/** A name for people: 1 to 128 characters that can be seen, and blanks between them; no control, format or half characters. */
export function isDisplayName(text: string): boolean {
  return /^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u.test(text) && text.replace(BLANKS, '') !== ''
}

export const DISPLAY_NAME_SENTENCE = 'The name must be 1 to 128 characters, none of them invisible.'
