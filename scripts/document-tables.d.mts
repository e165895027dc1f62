export function table(head: readonly string[], rows: readonly (readonly string[])[]): string
export function withTablesIn(text: string, tables: Readonly<Record<string, string>>): string
