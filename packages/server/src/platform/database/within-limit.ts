/** What the work comes to, or what `late` makes when that takes longer. The work itself goes on: what becomes of it then is nobody's. */
export async function withinLimit<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(late()), milliseconds)
  try {
    return await Promise.race([work, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
