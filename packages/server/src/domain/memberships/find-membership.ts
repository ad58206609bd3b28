import { selectMemberPage, selectMembers, selectMembership, selectMembershipsOf } from './membership-store.ts'

/** That an account belongs to an organization; absent when it doesn't. */
export const findMembership: typeof selectMembership = selectMembership

/** What an account belongs to, the oldest membership first; organizations that are disabled too. */
export const listMemberships: typeof selectMembershipsOf = selectMembershipsOf

/** Who belongs to an organization, the oldest membership first. */
export const listMembers: typeof selectMembers = selectMembers

/** Some of them, by their accounts' ids. */
export const pageMembers: typeof selectMemberPage = selectMemberPage
