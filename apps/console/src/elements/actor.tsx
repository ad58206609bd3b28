import { Link } from 'wouter'

const words: Readonly<Record<string, string>> = {
  cli: 'the command line',
  system: 'the server itself',
  anonymous: 'somebody unknown',
}

/** Who did it, with where to look at them. */
export function Actor({ actor }: { readonly actor: string }) {
  const at = actor.indexOf(':')
  if (at < 0) return words[actor] ?? actor
  const [kind, id] = [actor.slice(0, at), actor.slice(at + 1)]
  if (kind === 'client')
    return (
      <>
        client <Link href={`/clients/${encodeURIComponent(id)}`}>{id}</Link>
      </>
    )
  return (
    <>
      {kind === 'admin' ? 'administrator' : 'themselves'}{' '}
      <Link href={`/accounts/${id}`} className="mono">
        {id}
      </Link>
    </>
  )
}
