export { createTokenizer } from './create-tokenizer.ts'
export type { Encoding, Tokenizer } from './tokenizer.ts'
export { tokenizerJsonText } from './tokenizer-json-text.ts'
