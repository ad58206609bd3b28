import { Type } from 'typebox'

/** A parameter at the door: control characters and halves of characters are refused here, the rest is for the rooms to judge. */
export function parameterText(maxLength: number, minLength = 0): ReturnType<typeof Type.String> {
  return Type.String({ minLength, maxLength, pattern: '^[^\\p{Cc}\\p{Cs}]*$' })
}
