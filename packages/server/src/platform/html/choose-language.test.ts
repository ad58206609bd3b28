import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseLanguage } from './choose-language.ts'
import { languages } from './language.ts'

describe('chooseLanguage', () => {
  it.each([
    { claim: 'no header: English', header: undefined, language: 'en' },
    { claim: 'an empty header: English', header: '', language: 'en' },
    { claim: 'an exact tag', header: 'de', language: 'de' },
    { claim: 'RFC 5646 §2.1.1: tags have no case', header: 'DE', language: 'de' },
    { claim: 'RFC 4647 §3.4: a longer tag falls back to its language', header: 'de-AT', language: 'de' },
    { claim: 'a tag with a script', header: 'ar-Arab-EG', language: 'ar' },
    { claim: 'the first one of ours', header: 'fr, ar, de', language: 'ar' },
    {
      claim: 'RFC 9110 §12.4.2: the higher weight wins, wherever it stands',
      header: 'en;q=0.5, de;q=0.9',
      language: 'de',
    },
    { claim: 'RFC 9110 §12.4.2: weight 0 means not acceptable', header: 'de;q=0', language: 'en' },
    {
      claim: 'a better wish that we lack does not hide the next one',
      header: 'fr-CH, fr;q=0.9, de;q=0.2',
      language: 'de',
    },
    { claim: 'a wildcard: English', header: '*', language: 'en' },
    { claim: 'a named language beats an equal wildcard after it', header: 'ar, *', language: 'ar' },
    { claim: 'a language that only begins like ours', header: 'den', language: 'en' },
    { claim: 'nonsense is passed over', header: 'de;q=banana, ;;, ar', language: 'ar' },
    { claim: 'a wish beyond 1000 characters is not read', header: `${'x'.repeat(1000)},de`, language: 'en' },
  ])('$claim', ({ header, language }) => {
    expect(chooseLanguage(header)).toBe(language)
  })

  it('answers with one of ours to any header', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => languages.includes(chooseLanguage(header))))
  })
})
