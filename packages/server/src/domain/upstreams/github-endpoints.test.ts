import { expect, it } from 'vitest'
import { githubEndpoints } from './github-endpoints.ts'

it.each(['https://github.com', 'https://github.com/'])('GitHub has its API on a host of its own: %s', (issuer) => {
  expect(githubEndpoints(issuer)).toEqual({
    issuer: 'https://github.com/login/oauth',
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
    user: 'https://api.github.com/user',
    emails: 'https://api.github.com/user/emails?per_page=100',
  })
})

it.each(['https://git.example.com', 'https://git.example.com/'])(
  'an Enterprise Server has it beneath: %s',
  (issuer) => {
    expect(githubEndpoints(issuer)).toEqual({
      issuer: 'https://git.example.com/login/oauth',
      authorization: 'https://git.example.com/login/oauth/authorize',
      token: 'https://git.example.com/login/oauth/access_token',
      user: 'https://git.example.com/api/v3/user',
      emails: 'https://git.example.com/api/v3/user/emails?per_page=100',
    })
  },
)
