/** Anything a model or tokenizer is described by is flatter: others would fill the stack. */
const DEEPEST = 64
/** That of Gemma 3 has 1,900,000; each may take some 200 bytes of memory. */
const MOST_VALUES = 2_000_000

/**
 * Parses JSON that may be anybody's, without filling memory or stack.
 * @throws SyntaxError for what is no JSON, is nested more than 64 deep or has over 2,000,000 values.
 */
export function parseJson(json: string): unknown {
  requireBounded(json)
  return JSON.parse(json)
}

const BACKSLASH = 0x5c

function requireBounded(json: string): void {
  let depth = 0
  let values = 1
  for (let index = 0; index < json.length; index += 1) {
    switch (json.charCodeAt(index)) {
      case 0x22: // "
        index = closingQuote(json, index)
        break
      case 0x5b: // [
      case 0x7b: // {
        depth += 1
        values += 1
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1
        break
      case 0x2c: // ,
        values += 1
        break
      default:
    }
    if (depth > DEEPEST) throw new SyntaxError(`it is nested more than ${DEEPEST} deep`)
    if (values > MOST_VALUES) throw new SyntaxError(`it has more than ${MOST_VALUES} values`)
  }
}

/** Where the string that begins at `start` ends. */
function closingQuote(json: string, start: number): number {
  for (let index = start + 1; ; index += 1) {
    index = json.indexOf('"', index)
    if (index < 0) return json.length
    let first = index
    while (json.charCodeAt(first - 1) === BACKSLASH) first -= 1
    if ((index - first) % 2 === 0) return index
  }
}
