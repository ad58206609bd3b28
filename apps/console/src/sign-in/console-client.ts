/** The audience of the admin API. */
export const ADMIN_AUDIENCE = 'urn:ostiary:admin'

/** The built-in client that the console signs in as. */
export const CONSOLE_CLIENT = 'console'
