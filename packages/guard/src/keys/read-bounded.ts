/** Reads a body to its end; undefined when it has more bytes than that. */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body?.values({ preventCancel: true }) ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  if (size <= maxBytes) return Buffer.concat(chunks)
  // Only now, since nobody can cancel what is being read. Not awaited: half of a copied stream is only cancelled when the other half is, too.
  body?.cancel().catch(() => {})
  return undefined
}
