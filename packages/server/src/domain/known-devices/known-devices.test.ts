import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { deleteInSteps } from '../../platform/database/delete-in-steps.ts'
import { migrations } from '../schema/migrations.ts'
import { deleteKnownDevices, forgetKnownDevices, purgeKnownDevices } from './forget-devices.ts'
import { type DeviceSight, type SeenDevice, seeDevice } from './see-device.ts'

const day = 86_400_000
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'
const newerFirefox = firefox.replaceAll('143', '151')
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

forEachDatabase('a device', ({ open }) => {
  async function start() {
    const moment = { now: Date.UTC(2026, 0, 1) }
    const database = await open({ migrations, clock: { now: () => moment.now } })
    const see = (sight: Partial<DeviceSight> = {}): Promise<SeenDevice> =>
      database.write((tx) =>
        seeDevice(tx, { accountId: 'acc_1', cookie: undefined, userAgent: firefox, network: '203.0.113.7', ...sight }),
      )
    return { moment, database, see }
  }

  test('is not told of at the first sign-in to an account, wherever it is', async () => {
    const { see } = await start()
    expect(await see()).toMatchObject({ isNew: false })
    expect(await see({ accountId: 'acc_2', userAgent: undefined })).toMatchObject({ isNew: false })
  })

  test.each([
    ['known by its cookie, wherever it is', { userAgent: safari, network: '198.51.100.1' }, true, false],
    ['known by its program in its network, whose cookies were removed', { userAgent: newerFirefox }, false, false],
    ['new in another network without its cookie', { network: '198.51.100.1' }, false, true],
    ['new with another program without its cookie', { userAgent: safari }, false, true],
    ['new to another account, also with the cookie', { accountId: 'acc_2', network: '198.51.100.1' }, true, true],
  ])('is %s', async (_, sight, hasCookie, isNew) => {
    const { see } = await start()
    const { cookie } = await see()
    await see({ accountId: 'acc_2', userAgent: safari, network: '192.0.2.1' })
    expect(await see({ ...sight, cookie: hasCookie ? cookie : undefined })).toMatchObject({ isNew })
    // From then on it is known.
    expect(await see({ ...sight, cookie: hasCookie ? cookie : undefined })).toMatchObject({ isNew: false })
  })

  test('is known for 90 days after each sign-in, and new after that, also when all was purged', async () => {
    const { moment, database, see } = await start()
    const { cookie } = await see()
    moment.now += 89 * day
    expect(await see({ cookie })).toEqual({ isNew: false, cookie })
    moment.now += 89 * day
    await deleteInSteps(database, purgeKnownDevices)
    expect(await see({ cookie })).toMatchObject({ isNew: false })
    moment.now += 90 * day
    expect(await see({ cookie })).toMatchObject({ isNew: true })
    moment.now += 400 * day
    await deleteInSteps(database, purgeKnownDevices)
    expect(await see({ cookie })).toMatchObject({ isNew: true })
  })

  test('is new once all devices are forgotten, and the account is as before its first sign-in when all is deleted', async () => {
    const { database, see } = await start()
    const { cookie } = await see()
    await database.write((tx) => forgetKnownDevices(tx, 'acc_1'))
    expect(await see({ cookie })).toMatchObject({ isNew: true })
    await database.write((tx) => deleteKnownDevices(tx, 'acc_1'))
    expect(await see({ cookie })).toMatchObject({ isNew: false })
  })

  test.each(['', 'x', '\0'.repeat(43), 'ä'.repeat(43), 'x'.repeat(10_000)])(
    'whose cookie is %j gets a new one',
    async (cookie) => {
      const { see } = await start()
      expect((await see({ cookie })).cookie).toMatch(/^[\w-]{43}$/)
    },
  )

  test('signs in many times at once without a deadlock', async () => {
    const { see } = await start()
    const seen = await Promise.all(Array.from({ length: 20 }, () => see()))
    expect(seen.every(({ isNew }) => !isNew)).toBe(true)
  })
})
