/** A bug: inside a unit of work, `database.read` or `database.write` was used where only `tx` may be. */
export class OuterHandleError extends Error {
  override readonly name = 'OuterHandleError'

  constructor(handle: 'read' | 'write') {
    super(`database.${handle} was used inside a unit of work, where only tx may be used.`)
  }
}
