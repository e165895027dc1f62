/** The document with its tables as they should be. */
export function withTables(text: string): string
