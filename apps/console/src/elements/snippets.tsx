import { Tabs } from '@mantine/core'
import type { Snippet } from '../snippets/snippet.ts'
import { CodeBlock } from './code-block.tsx'
import { Copyable } from './copyable.tsx'

/** Code to be pasted, one tab for each framework or tool. */
export function Snippets({ snippets, name }: { readonly snippets: readonly Snippet[]; readonly name: string }) {
  const [first] = snippets
  if (first === undefined) return null
  return (
    <Tabs defaultValue={first.name}>
      <Tabs.List aria-label={name}>
        {snippets.map((snippet) => (
          <Tabs.Tab key={snippet.name} value={snippet.name}>
            {snippet.name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ name: title, file, install, text }) => (
        <Tabs.Panel key={title} value={title} pt="md">
          <p className="small muted" style={{ margin: '0 0 8px' }}>
            {install === undefined ? (
              `For ${file}.`
            ) : (
              <>
                For {file}, after <Copyable text={install} what="the command" />
              </>
            )}
          </p>
          <CodeBlock text={text} what={`Code for ${title}`} />
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
