import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HtmlValue, html, trustThisMarkupUnescaped } from './html.ts'

const mistakes: readonly { readonly claim: string; readonly render: () => unknown }[] = [
  { claim: 'a value as an unquoted attribute', render: () => html`<p title=${'a onclick=b'}>` },
  { claim: 'a value as an attribute name', render: () => html`<p ${'onclick'}="x">` },
  { claim: 'a value as a tag name', render: () => html`<${'script'}>` },
  { claim: 'markup inside an attribute value', render: () => html`<p title="${html`<b>`}">` },
  { claim: 'markup inside a list in an attribute value', render: () => html`<p title="${[html`<b>`]}">` },
  { claim: 'a value in a script', render: () => html`<script>${'alert(1)'}</script>` },
  { claim: 'a value in a style', render: () => html`<style>${'p{}'}</style>` },
  { claim: 'a value in a comment', render: () => html`<!-- ${'-->'} -->` },
]

const renderings: readonly { readonly claim: string; readonly value: HtmlValue; readonly markup: string }[] = [
  {
    claim: 'text is escaped',
    value: `<a href='x' title="y">&amp;</a>`,
    markup: '&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;',
  },
  { claim: 'a number is written', value: 0, markup: '0' },
  { claim: 'markup is inlined', value: html`<b>${'<'}</b>`, markup: '<b>&lt;</b>' },
  { claim: 'a list is joined, each item for itself', value: [html`<br>`, '<', [1, null]], markup: '<br>&lt;1' },
  { claim: 'undefined is nothing', value: undefined, markup: '' },
  { claim: 'null is nothing', value: null, markup: '' },
  { claim: 'false is nothing', value: false, markup: '' },
  {
    claim: 'HTML §13.2.3.5: a carriage return survives the normalization of newlines',
    value: 'a\rb\nc',
    markup: 'a&#13;b\nc',
  },
  { claim: 'HTML §13.2.5.1: U+0000 is shown as U+FFFD instead of vanishing', value: 'a\0b', markup: 'a\u{FFFD}b' },
]

describe('html', () => {
  it.each(renderings)('$claim', ({ value, markup }) => {
    expect(html`<p>${value}</p>`.toString()).toBe(`<p>${markup}</p>`)
  })

  it.each(mistakes)('refuses $claim', ({ render }) => {
    expect(render).toThrow(TypeError)
    // The places are remembered: the second time is refused as the first.
    expect(render).toThrow(TypeError)
  })

  it('lets markup made by html stand as an optional attribute', () => {
    const attribute = html` title="${'"'}"`
    expect(html`<p${attribute}${undefined}>`.toString()).toBe('<p title="&quot;">')
  })

  it('reads a quote of the other kind and a ">" inside of quotes as text of the attribute', () => {
    expect(html`<p title="'>${'"'}">${'x'}</p>`.toString()).toBe(`<p title="'>&quot;">x</p>`)
  })

  it('does not take an object for markup because it looks like it', () => {
    const forged = { toString: () => '<script>' } as unknown as HtmlValue
    expect(html`${forged}`.toString()).toBe('&lt;script&gt;')
  })

  it('passes constants through where their ugly name says so', () => {
    expect(html`${trustThisMarkupUnescaped('<hr>')}`.toString()).toBe('<hr>')
  })

  it('never lets a character of syntax through, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const markup = html`${text}`.toString()
        expect(markup).not.toMatch(/[<>"'\r]|&(?!(?:amp|lt|gt|quot|#39|#13);)/)
      }),
    )
  })
})
