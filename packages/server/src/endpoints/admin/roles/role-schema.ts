import { type TObject, type TSchema, type TString, Type } from 'typebox'
import { nameRequiredFactor } from '../../../domain/assurance/required-factor.ts'
import { ADMIN_ROLE, OWNER_ROLE, type Role } from '../../../domain/roles/role.ts'
import { closed, nullable, renderTime, text, time } from '../admin-schemas.ts'

/** One permission of one API. */
export const rolePermissionSchema: TObject<{ audience: TString; permission: TString }> = closed(
  {
    audience: text('The API.', { longest: 512 }),
    permission: text('One that the API declares.', { longest: 256 }),
  },
  'RolePermission',
)

export const roleSchema: TSchema = closed(
  {
    name: Type.String(),
    description: nullable(Type.String({ description: 'In words for people.' })),
    is_for_organizations: Type.Boolean({
      description: 'Whether members of organizations have it, and accounts by themselves have not.',
    }),
    is_built_in: Type.Boolean({ description: 'Whether it stays: `admin` and `owner`.' }),
    permissions: Type.Array(rolePermissionSchema),
    required_factor: nullable(
      Type.String({ description: 'What whoever has it must prove to sign in, such as `mfa`.' }),
    ),
    created_at: time('When it was declared.'),
  },
  'Role',
)

export function renderRole(role: Role): object {
  const { name, description, isForOrganizations, permissions, requiredAcr, createdAt } = role
  return {
    ...{ name, description: description ?? null, is_for_organizations: isForOrganizations },
    is_built_in: name === ADMIN_ROLE || name === OWNER_ROLE,
    permissions: permissions.map(({ audience, permission }) => ({ audience, permission })),
    ...{ required_factor: nameRequiredFactor(requiredAcr) ?? null, created_at: renderTime(createdAt) },
  }
}
