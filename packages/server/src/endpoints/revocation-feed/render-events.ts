/** Records, then a heartbeat, as server-sent events: HTML Standard §9.2.5. */
export function renderEvents(lines: readonly string[], heartbeat: string | undefined): Buffer {
  const records = lines.map((line) => `data: ${line}\n\n`).join('')
  return Buffer.from(heartbeat === undefined ? records : `${records}event: heartbeat\ndata: ${heartbeat}\n\n`)
}
