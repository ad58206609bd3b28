import { readFile, rename, writeFile } from 'node:fs/promises'
import type { FeedCopy } from './feed-copy.ts'
import type { FeedRequests } from './feed-requests.ts'

/** How old a snapshot may be at a start: as old as a feed may be before it is dark. */
const maxAgeSeconds = 60

/** Reads the snapshot of an earlier process. Resolves to its age in seconds. Rejects when it is too old or not the issuer's. */
export async function loadSnapshot(path: string, copy: FeedCopy, nowMs: number): Promise<number> {
  const { iat } = await copy.takeSnapshot(await readFile(path))
  const ageSeconds = Math.max(0, nowMs / 1000 - iat)
  if (ageSeconds > maxAgeSeconds) throw new Error(`the snapshot in ${path} is too old`)
  return ageSeconds
}

/** Writes the server's snapshot, whole or not at all. It is signed, so whoever can write the file can't forge it. */
export async function saveSnapshot(path: string, url: string, requests: FeedRequests): Promise<void> {
  const part = `${path}.${process.pid}.part`
  await writeFile(part, await requests.readSnapshot(url))
  await rename(part, path)
}
