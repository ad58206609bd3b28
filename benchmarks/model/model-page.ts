/** Where the model is printed, between two marks. */
export const modelPage: URL = new URL('../../docs/guide/sharding.md', import.meta.url)
export const MODEL_BEGIN = '<!-- generated: npm run model -- --write -->\n\n'
export const MODEL_END = '<!-- end: npm run model -->'
