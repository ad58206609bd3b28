import {
  keepPreviousData,
  QueryClient,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useSession } from '../sign-in/session-context.tsx'
import { AdminProblem } from './admin-problem.ts'
import { type AdminAnswer, type AdminRequest, askAdmin } from './ask-admin.ts'

type Query = AdminRequest['query']

/** A page of a list, as the API gives it. */
interface ListPage<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

export interface AdminList<Item> {
  readonly items: readonly Item[]
  readonly query: UseInfiniteQueryResult<unknown, AdminProblem>
}

/** Keeps what the API answered for all pages of this tab. A refusal is final; only what did not arrive is asked again, once. */
export function createQueryClient(): QueryClient {
  const mayPass = (failures: number, error: Error): boolean =>
    failures < 1 && error instanceof AdminProblem && (error.status === 0 || error.status >= 500)
  return new QueryClient({
    defaultOptions: { queries: { retry: mayPass, staleTime: 5_000, refetchOnWindowFocus: true } },
  })
}

/** Reads one thing, such as `/keys`, with its entity tag. Asked again in the background where `everySeconds` is given. */
export function useAdminQuery<Body>(
  path: string,
  {
    query,
    everySeconds,
    isEnabled = true,
    keepsPrevious = false,
  }: {
    readonly query?: Query
    readonly everySeconds?: number
    readonly isEnabled?: boolean
    /** Whether the answer to another query of the same thing stands until the new one is there. */
    readonly keepsPrevious?: boolean
  } = {},
): UseQueryResult<AdminAnswer<Body>, AdminProblem> {
  const session = useSession()
  return useQuery({
    queryKey: [path, query ?? {}],
    queryFn: ({ signal }) => askAdmin<Body>(session, path, { query, signal }),
    enabled: isEnabled,
    ...(everySeconds !== undefined && { refetchInterval: everySeconds * 1000 }),
    ...(keepsPrevious && { placeholderData: keepPreviousData }),
  })
}

/** Reads a list, page by page: `query.fetchNextPage()` appends the next one. */
export function useAdminList<Item>(
  path: string,
  query: Query = {},
  { isEnabled = true }: { readonly isEnabled?: boolean } = {},
): AdminList<Item> {
  const session = useSession()
  const result = useInfiniteQuery({
    queryKey: [path, 'list', query],
    queryFn: ({ signal, pageParam }) =>
      askAdmin<ListPage<Item>>(session, path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ body }) => body.next_cursor ?? undefined,
    // What was searched for before stays until the new answer is there.
    placeholderData: (previous) => previous,
    enabled: isEnabled,
  })
  return {
    items: result.data?.pages.flatMap(({ body }) => body.items) ?? [],
    query: result as UseInfiniteQueryResult<unknown, AdminProblem>,
  }
}

/**
 * Changes something. What was read of the paths that begin with one of `renews` is read anew afterwards, and so are events: each act leaves one.
 *
 * @example const rotate = useAdminAct<KeyAnswer, string>((algorithm) => ['/keys/rotate', { body: { algorithm } }], ['/keys'])
 */
export function useAdminAct<Body, Input = void>(
  describe: (input: Input) => readonly [path: string, request: AdminRequest],
  renews: readonly string[],
): UseMutationResult<AdminAnswer<Body>, AdminProblem, Input> {
  const session = useSession()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (input: Input) => {
      const [path, request] = describe(input)
      return askAdmin<Body>(session, path, { method: 'POST', ...request })
    },
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) =>
          ['/audit/events', ...renews].some((prefix) => String(path).startsWith(prefix)),
      }),
  })
}
