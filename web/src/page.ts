/** The element with this id; the page is broken without it. */
export function byId<Kind extends HTMLElement>(id: string, Kind: new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof Kind) return element
  throw new Error(`the page has no ${Kind.name} #${id}`)
}

/** Characters of a sentence that are shown. */
const SHOWN_CHARACTERS = 300

/** A sentence as it is shown in lists, or the beginning of one that would fill the page. */
export function shorten(text = ''): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

/** A new element with a text and attributes. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  made.textContent = text
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
