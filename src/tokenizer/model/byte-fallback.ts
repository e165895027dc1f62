const encoder = new TextEncoder()

/** The text as byte tokens (`<0xE4>`), or undefined where the vocabulary lacks one of them. */
export function byteIds(
  text: string,
  idOf: (token: string) => number | undefined,
): number[] | undefined {
  const ids: number[] = []
  for (const byte of encoder.encode(text)) {
    const id = idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
    if (id === undefined) return undefined
    ids.push(id)
  }
  return ids
}
