import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ApiPermission } from '../apis/api.ts'
import { carryPermissions } from './carry-permissions.ts'

const scopes = ['read', 'write', 'admin'] as const
const names = ['a', 'B', 'ab', 'é', 'read', '\u{1f989}'] as const
const declarations: fc.Arbitrary<readonly ApiPermission[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...names),
    description: fc.constant(undefined),
    scope: fc.constantFrom(...scopes, undefined),
  }),
  { selector: ({ name }) => name },
)
const roles = fc.uniqueArray(fc.tuple(fc.constantFrom('x', 'y', 'z', 'admin'), fc.subarray([...names])), {
  selector: ([role]) => role,
})
const world = fc.record({
  declared: declarations,
  roles,
  has: fc.subarray([...scopes]),
  refused: fc.subarray([...names]),
})

/** By code units, as the claims are. */
const isSorted = (list: readonly string[]) => list.every((each, at) => at === 0 || (list[at - 1] ?? '') < each)

test('a permission is carried exactly if a role has it, the API declares it, the scope covers it and the first token allows it', () => {
  fc.assert(
    fc.property(world, ({ declared, roles, has, refused }) => {
      const limit = { scopes: has, allows: ({ name }: ApiPermission) => !refused.includes(name as never) }
      const carried = carryPermissions({ permissions: declared }, new Map(roles), limit)
      for (const name of names) {
        const own = declared.find((permission) => permission.name === name)
        const accountMay = roles.some(([, permissions]) => permissions.includes(name))
        const clientMay = own !== undefined && (own.scope === undefined || has.includes(own.scope as never))
        expect(carried.permissions.includes(name)).toBe(accountMay && clientMay && !refused.includes(name))
      }
      expect(isSorted(carried.permissions) && isSorted(carried.roles)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a role is carried only with all that it permits here, so that asking for it lets no client do more than its scope', () => {
  fc.assert(
    fc.property(world, ({ declared, roles, has }) => {
      const carried = carryPermissions({ permissions: declared }, new Map(roles), { scopes: has })
      for (const [role, permits] of roles) {
        const isWhole = permits.length > 0 && permits.every((permission) => carried.permissions.includes(permission))
        expect(carried.roles.includes(role)).toBe(isWhole)
      }
    }),
    { numRuns: 1000 },
  )
})

test('less scope never carries more, and no role carries nothing', () => {
  fc.assert(
    fc.property(world, fc.subarray([...scopes]), ({ declared, roles, has }, kept) => {
      const carry = (some: readonly string[], ofRoles = new Map(roles)) =>
        carryPermissions({ permissions: declared }, ofRoles, { scopes: some })
      const less = carry(has.filter((scope) => kept.includes(scope)))
      const more = carry(has)
      expect(more.permissions).toEqual(expect.arrayContaining([...less.permissions]))
      expect(more.roles).toEqual(expect.arrayContaining([...less.roles]))
      expect(carry(has, new Map())).toEqual({ roles: [], permissions: [] })
    }),
  )
})
