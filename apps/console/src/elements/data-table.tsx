import { Button, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import type { AdminList } from '../api/admin-queries.ts'
import classes from './elements.module.css'
import { Failure } from './failure.tsx'
import { Waiting } from './waiting.tsx'

export interface Column<Row> {
  /** Empty for a column of buttons. */
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumeric?: boolean
}

/** A table with a name for screen readers; on a phone each row is a block with the columns' names. */
export function DataTable<Row>({
  name,
  columns,
  rows,
  keyOf,
  empty,
}: {
  readonly name: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Shown instead of a table without rows. */
  readonly empty: ReactNode
}) {
  if (rows.length === 0) return empty
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1: what can be scrolled sideways can be by keyboard.
    <section className={classes.tableFrame} aria-label={name} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ header, isNumeric }) => (
              <th key={header} scope="col" className={isNumeric ? classes.isNumeric : undefined}>
                {header || <VisuallyHidden>What can be done</VisuallyHidden>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ header, cell, isNumeric }) => (
                <td key={header} data-label={header} className={isNumeric ? classes.isNumeric : undefined}>
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** A list of the API as a table, with a button for its next page. */
export function ListTable<Row>({
  list,
  ...table
}: {
  readonly list: AdminList<Row>
} & Omit<Parameters<typeof DataTable<Row>>[0], 'rows'>) {
  const { items, query } = list
  if (query.isPending) return <Waiting />
  if (query.error && items.length === 0) return <Failure error={query.error} retry={() => void query.refetch()} />
  return (
    <>
      <DataTable {...table} rows={items} />
      {query.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  )
}
