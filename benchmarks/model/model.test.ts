import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Assumptions, hundredMillion } from './assumptions.ts'
import { known, measured } from './measured.ts'
import { type Measured, modelInstallation, predictThroughput } from './model-installation.ts'
import { MODEL_BEGIN, MODEL_END, modelPage } from './model-page.ts'
import { renderModel } from './render-model.ts'

/** Figures by which everything can be added up by hand. */
const simple: Measured = {
  refresh: { serverCpuMilliseconds: 1, databaseCpuMilliseconds: 2, logBytes: 1000 },
  login: { serverCpuMilliseconds: 10, databaseCpuMilliseconds: 20, logBytes: 10_000 },
  introspection: { serverCpuMilliseconds: 0, databaseCpuMilliseconds: 0, logBytes: 0 },
  revocation: { serverCpuMilliseconds: 0, databaseCpuMilliseconds: 0, logBytes: 0 },
  hashMilliseconds: 50,
  accountBytes: 1000,
  eventBytes: 100,
  residentBytes: 1_000_000,
  followerBytes: 10,
  feedRecordBytes: 70,
  heartbeatBytes: 500,
  denyRecordBytes: 100,
  revocationsPerSecond: 100,
}

/** 1,000 refreshes, 10 logins and 5 revocations a second. */
const small: Assumptions = {
  ...hundredMillion,
  ...{ accounts: 1_000_000, activeSessions: 100_000, refreshIntervalSeconds: 100, sessionSeconds: 10_000 },
  ...{ logoutShare: 0.5, otherRevocationsPerSecond: 0, introspectionsPerSecond: 0, guards: 10 },
  ...{ peakFactor: 1, utilization: 1, auditRetentionDays: 1, tokenLifetimeSeconds: 100 },
  ...{ coresPerDatabaseMachine: 1, standbys: 0, mostLogBytesPerSecond: 1e9 },
  prices: { core: 10, diskGigabyte: 1, sentGigabyte: 0 },
}

describe('the model', () => {
  test('adds up a small case as it is added up by hand', () => {
    expect(modelInstallation(small, simple)).toEqual({
      refreshes: 1000,
      logins: 10,
      revocations: 5,
      peakTransactions: 1015,
      // 1,000 × 1 ms + 10 × 10 ms
      serverCores: 1.1,
      hashCores: 0.5,
      databaseCores: 2.2,
      shards: 3,
      transactionsPerShard: 1015 / 3,
      logBytesPerSecond: 1_100_000,
      logBytesPerShard: 1_100_000 / 3,
      // 1 M × 1 kB + (10 × 2 + 5) × 86,400 s × 100 B
      storageBytes: 1_216_000_000,
      storageBytesPerShard: 1_216_000_000 / 3,
      instances: 2,
      residentBytes: 2_000_100,
      // 6 heartbeats of 500 B, 5 records of 70 B
      feedBytesPerGuard: 3350,
      feedBytes: 33_500,
      // 5 × (100 s + 300 s)
      denyRecords: 2000,
      guardBytes: 200_000,
      feedHeadShare: 0.05,
      cost: { servers: 16, databases: 30, disks: 1.216, feed: 0, all: expect.closeTo(47.216, 9) },
    })
  })

  test.each<[string, Partial<Assumptions>]>([
    ['more active sessions', { activeSessions: 2 * small.activeSessions }],
    ['more accounts', { accounts: 2 * small.accounts }],
    ['a higher peak', { peakFactor: 2 }],
    ['shorter sessions', { sessionSeconds: small.sessionSeconds / 2 }],
    ['more refreshes', { refreshIntervalSeconds: small.refreshIntervalSeconds / 2 }],
    ['a log that takes less', { mostLogBytesPerSecond: 1000 }],
  ])('never costs less: %s', (_, change) => {
    const [before, after] = [modelInstallation(small, simple), modelInstallation({ ...small, ...change }, simple)]
    expect(after.cost.all).toBeGreaterThan(before.cost.all)
    expect(after.shards).toBeGreaterThanOrEqual(before.shards)
  })

  test('longer tokens cost fewer refreshes, and more records at each guard', () => {
    const long = { tokenLifetimeSeconds: 900, refreshIntervalSeconds: 840 }
    const [before, after] = [modelInstallation(small, simple), modelInstallation({ ...small, ...long }, simple)]
    expect(after.refreshes).toBeLessThan(before.refreshes)
    expect(after.denyRecords).toBeGreaterThan(before.denyRecords)
  })

  test('predicts what another benchmark measured on one machine, within a factor of four', () => {
    const predicted = predictThroughput(known.cores, measured.refresh, known.clientCpuMilliseconds)
    expect(known.refreshesPerSecond / predicted).toBeGreaterThan(0.25)
    expect(known.refreshesPerSecond / predicted).toBeLessThan(4)
  })

  test.each([
    ['a hundred million', hundredMillion],
    ['two million', { ...hundredMillion, accounts: 2_000_000, activeSessions: 50_000, guards: 20 }],
  ])('of %s says one number of cores, wherever it is said', (_, assumed) => {
    const printed = renderModel(assumed)
    const [, processes, cores] =
      /^\| Ostiary \| ([\d,]+) process(?:es)? of one core, and (\d+) cores? for/m.exec(printed) ?? []
    const [, all] = /^\| as assumed \| [\d,]+ \| ([\d,]+) \|/m.exec(printed) ?? []
    expect(Number(all?.replace(',', ''))).toBe(Number(processes?.replace(',', '')) + Number(cores))
    expect(printed).not.toMatch(/\b1 (cores|primaries|processes)\b/)
  })

  test('is printed in docs/guide/sharding.md as the program prints it', () => {
    const text = readFileSync(modelPage, 'utf8')
    const [section] = text.split(MODEL_BEGIN)[1]?.split(MODEL_END) ?? []
    expect(section, 'npm run model -- --write').toBe(renderModel())
  })
})
