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
    if (size <= maxBytes) continue
    // Not awaited: half of a copied stream is only cancelled when the other half is, too.
    body?.cancel().catch(() => {})
    return undefined
  }
  return Buffer.concat(chunks)
}
