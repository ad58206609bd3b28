/** How long to wait after the first, second, third failed attempt, and so on; the last pause from then on. */
export function pauseAfter(attempts: number, pausesMilliseconds: readonly number[]): number {
  return pausesMilliseconds[Math.min(attempts, pausesMilliseconds.length) - 1] ?? 0
}
