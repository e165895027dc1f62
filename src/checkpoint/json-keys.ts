/** Objects deeper than this are no part of a safetensors header: the header, and its entries. */
const DEEPEST = 2
const BEFORE_COLON = /\s*:/y

/**
 * The first key that an object of a JSON text has twice. `JSON.parse` keeps the last in silence, other
 * readers the first: what one of them checks, another would not see.
 * @param json valid JSON; objects inside an object's objects are not looked into
 */
export function repeatedKey(json: string): string | undefined {
  const keys = Array.from({ length: DEEPEST }, () => new Set<string>())
  let depth = 0
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index]
    if (character === '{') {
      keys[depth]?.clear()
      depth += 1
    } else if (character === '}') {
      depth -= 1
    } else if (character === '"') {
      const end = stringEnd(json, index)
      const known = keys[depth - 1]
      if (known && isKey(json, end)) {
        const key: string = JSON.parse(json.slice(index, end))
        if (known.has(key)) return key
        known.add(key)
      }
      index = end - 1
    }
  }
  return undefined
}

/** One after the closing quote of the string that begins at `start`. */
function stringEnd(json: string, start: number): number {
  let index = start + 1
  while (index < json.length && json[index] !== '"') index += json[index] === '\\' ? 2 : 1
  return index + 1
}

function isKey(json: string, end: number): boolean {
  BEFORE_COLON.lastIndex = end
  return BEFORE_COLON.test(json)
}
