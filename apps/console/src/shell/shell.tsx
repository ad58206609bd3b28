import { Burger, Drawer, Kbd } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { PageEntry } from '../pages.ts'
import { Brand } from './brand.tsx'
import { CommandPalette } from './command-palette.tsx'
import { RailFoot } from './rail-foot.tsx'
import { RailLinks } from './rail-links.tsx'
import classes from './shell.module.css'
import { useShortcuts } from './shortcuts.ts'

/** What stands around every page: the rail (on a phone a menu), the palette, the keys. */
export function Shell({ entries, children }: { readonly entries: readonly PageEntry[]; readonly children: ReactNode }) {
  const [isPaletteOpen, palette] = useDisclosure(false)
  const [isMenuOpen, menu] = useDisclosure(false)
  useShortcuts(entries, palette.open)
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <aside className={classes.bar} aria-label="Console">
        <Brand />
        <Burger opened={isMenuOpen} onClick={menu.toggle} size="sm" aria-label="Menu" />
      </aside>
      <aside className={classes.rail} aria-label="Console">
        <Brand />
        <button type="button" className={classes.search} onClick={palette.open}>
          Go to…
          <Kbd size="xs">/</Kbd>
        </button>
        <RailLinks entries={entries} />
        <RailFoot />
      </aside>
      <main className={classes.main} id="content" tabIndex={-1}>
        {children}
      </main>
      <Drawer
        opened={isMenuOpen}
        onClose={menu.close}
        title="Menu"
        size="min(20rem, 90vw)"
        closeButtonProps={{ 'aria-label': 'Close the menu' }}
      >
        <div className={classes.drawer}>
          <RailLinks entries={entries} onGo={menu.close} />
          <RailFoot />
        </div>
      </Drawer>
      <CommandPalette entries={entries} isOpen={isPaletteOpen} onClose={palette.close} />
    </div>
  )
}
