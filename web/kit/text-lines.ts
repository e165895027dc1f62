/** Characters of a text that are shown in lists. */
const SHOWN_CHARACTERS = 300

/** The lines that have something in them, without the white space around them. */
export function textLines(text: string): readonly string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** A text as lists show it, or the beginning of one that would fill the page. */
export function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
