import type { FastifyRequest } from 'fastify'
import { PENDING_LOGIN_MS } from '../domain/login/pending-login.ts'
import { REMEMBERED_MS } from '../domain/remembered-devices/remembered-devices.ts'
import { findCookie, renderCookie } from '../platform/http/cookies.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** The secret of the login that waits in this browser for its next step. */
export function findLoginStepSecret(urls: IssuerUrls, request: FastifyRequest): string | undefined {
  return findCookie(request.headers.cookie, loginStepCookieName(urls))
}

/** The Set-Cookie value that keeps it; an empty secret removes it. */
export function renderLoginStepCookie(urls: IssuerUrls, secret: string): string {
  const maxAgeSeconds = secret === '' ? 0 : PENDING_LOGIN_MS / 1000
  return renderCookie(loginStepCookieName(urls), secret, { secure: urls.isSecure, maxAgeSeconds })
}

/** What tells a browser that a person has asked not to be asked in. */
export function findDeviceCookie(urls: IssuerUrls, request: FastifyRequest): string | undefined {
  return findCookie(request.headers.cookie, deviceCookieName(urls))
}

export function renderDeviceCookie(urls: IssuerUrls, value: string): string {
  return renderCookie(deviceCookieName(urls), value, { secure: urls.isSecure, maxAgeSeconds: REMEMBERED_MS / 1000 })
}

function loginStepCookieName({ isSecure }: IssuerUrls): string {
  return isSecure ? '__Host-ostiary_login_step' : 'ostiary_login_step'
}

function deviceCookieName({ isSecure }: IssuerUrls): string {
  return isSecure ? '__Host-ostiary_device' : 'ostiary_device'
}
