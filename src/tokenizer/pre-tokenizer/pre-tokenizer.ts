/**
 * Cuts a normalized text into the words that the model then cuts further, none of them empty.
 * `atStart` is true where the text is the very beginning of the input.
 */
export type PreTokenizer = (text: string, atStart: boolean) => string[]
