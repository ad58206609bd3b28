import { Type } from 'typebox'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, nullable, pageOf } from '../admin-schemas.ts'

const settingSchema = closed(
  {
    name: Type.String({ description: 'Its member of ostiary.json, where it may stand there.' }),
    variable: nullable(Type.String({ description: 'Its environment variable.' })),
    value: Type.Union(
      [
        ...[Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String()), Type.Null()],
        Type.Object({}, { additionalProperties: true }),
      ],
      { description: 'As it stands in ostiary.json; null: there is none.' },
    ),
    source: Type.Enum(['environment', 'file', 'default'], { description: 'Where the value is from.' }),
    masked: Type.Boolean({ description: 'Whether a part of the value is left out, for which `***` stands.' }),
  },
  'Setting',
)

const listSettings = adminRoute({
  name: 'listSettings',
  method: 'GET',
  path: '/settings',
  permission: 'settings:read',
  summary: 'List the settings that this server runs with',
  description:
    'As they were at its start, each with where it is from; secrets, and passwords within URLs, are masked. They are changed in the environment or in ostiary.json. There is one page.',
  answer: { status: 200, schema: pageOf(settingSchema, 'SettingPage') },
  async act({ deps }) {
    const items = deps.settings.map(({ name, variable, value, source, isMasked }) => ({
      ...{ name, variable: variable ?? null, value, source, masked: isMasked },
    }))
    return { body: { items, next_cursor: null } }
  },
})

export const settingRoutes: readonly AdminRoute[] = [listSettings]
