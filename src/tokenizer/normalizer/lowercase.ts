import { CharacterMap } from '../text/character-map.ts'

// Character by character: the reference does not know that a sigma at the end of a word differs.
const lower = new CharacterMap((character) => character.toLowerCase())

export function lowercase(text: string): string {
  return lower.apply(text)
}
