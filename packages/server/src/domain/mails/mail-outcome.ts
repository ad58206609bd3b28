/** How an attempt to send a mail ended. `postponed` is tried again; `expired` and `refused` are given up. */
export const mailOutcomes = ['sent', 'postponed', 'refused', 'expired'] as const
export type MailOutcome = (typeof mailOutcomes)[number]
