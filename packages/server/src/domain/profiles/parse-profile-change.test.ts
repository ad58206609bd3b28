import { describe, expect, it } from 'vitest'
import { parseProfileChange } from './parse-profile-change.ts'

describe('OpenID Connect Core §5.1: standard claims', () => {
  it.each<[string, object]>([
    ['given_name=Ada', { given_name: 'Ada' }],
    ['name=Ada = Lovelace', { name: 'Ada = Lovelace' }],
    ['name=عادة', { name: 'عادة' }],
    ['nickname=', { nickname: undefined }],
    ['website=https://ada.example.com/?a=b', { website: 'https://ada.example.com/?a=b' }],
    ['birthdate=1815-12-10', { birthdate: '1815-12-10' }],
    ['birthdate=0000-02-29', { birthdate: '0000-02-29' }],
    ['birthdate=1815', { birthdate: '1815' }],
    ['zoneinfo=Europe/Berlin', { zoneinfo: 'Europe/Berlin' }],
    ['locale=en-GB', { locale: 'en-GB' }],
    ['phone_number=+4930901820', { phone_number: '+4930901820' }],
    ['phone_number=+4930901820;ext=5678', { phone_number: '+4930901820;ext=5678' }],
    ['phone_number_verified=true', { phone_number_verified: true }],
    ['email_verified=false', { email_verified: false }],
    [
      'address={"formatted":"1 Main St\\nLondon","country":"UK"}',
      { address: { formatted: '1 Main St\nLondon', country: 'UK' } },
    ],
    ['address=', { address: undefined }],
  ])('%s is taken', (text, change) => {
    expect(parseProfileChange([text])).toEqual({ ok: true, change })
  })

  it.each([
    'given_name',
    '=Ada',
    'sub=acc_1',
    'email=ada@example.com',
    'preferred_username=root',
    'updated_at=1',
    '__proto__=x',
    'constructor=x',
    'given_name=a\u0000b',
    'given_name=a\u202eb',
    'given_name= ',
    `given_name=${'a'.repeat(129)}`,
    'website=http://ada.example.com',
    'website=javascript:alert(1)',
    'picture=https://ada:secret@example.com/a.png',
    'profile=https://ada.example.com/a b',
    `profile=https://ada.example.com/${'a'.repeat(2000)}`,
    'birthdate=1815-02-30',
    'birthdate=1815-13-01',
    'birthdate=10.12.1815',
    'birthdate=0000',
    'zoneinfo=Europe/Nowhere',
    'zoneinfo=+01:00',
    'locale=en_GB',
    'locale=not a language',
    'phone_number=030 901820',
    'phone_number=+0123456',
    'phone_number=+4930901820123456',
    'phone_number_verified=yes',
    'email_verified=1',
    'address=London',
    'address=[]',
    'address={}',
    'address=null',
    'address={"planet":"Earth"}',
    'address={"country":1}',
    'address={"country":"a\\u0000b"}',
    `address={"country":"${'a'.repeat(501)}"}`,
  ])('%s is refused, with a sentence', (text) => {
    expect(parseProfileChange(['name=Ada', text])).toEqual({ ok: false, sentence: expect.stringMatching(/\.$/) })
  })
})
