/** The server's own login endpoint as a client: tokens from `POST /login` carry it as `client_id` (RFC 9068 §2.2). */
export const LOGIN_CLIENT_ID = 'ostiary'
