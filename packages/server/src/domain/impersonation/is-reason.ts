const SHORTEST = 3
const LONGEST = 200

/** Whether a text can tell a person why somebody acts as them: it is not blank, and nothing in it is invisible or steers the text around it. */
export function isReason(text: string): boolean {
  const { length } = text.trim()
  return length >= SHORTEST && text.length <= LONGEST && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
}
